"""Cold artifacts: rendered on the first ask, stored if the hash still is what they came from."""

import logging
from collections.abc import Callable, Mapping

from domain.badge import with_label
from domain.store import artifacts
from domain.store.doorbell import worker_doorbell
from domain.store.engine import sync_engine
from domain.store.load import load_page
from workers.drain import answer
from workers.render.build import build_id
from workers.render.hot import Scene, badge_parts, scene_of
from workers.render.png import PngUnavailable, svg_to_png

logger = logging.getLogger(__name__)

# Beside an artifact that can't be made stands the reason, so that web need not wait for it again.
REASON = "!"


def badge_png(scene: Scene) -> bytes:
    """Return the page's badge as PNG. Raises PngUnavailable."""
    return svg_to_png(with_label(badge_parts(scene), scene.view.name))


ARTIFACTS: Mapping[str, Callable[[Scene], bytes]] = {"badge.png": badge_png}


def render(page_id: str, name: str) -> None:
    """Render one cold artifact of a page and store it beside the hot ones.

    A hash that is missing or not of the loaded state is published first: visitors ask again.
    """
    answer(f"{page_id}:{name}")
    with sync_engine().connect() as conn:
        page, applied_seq = load_page(conn, page_id)
    held = artifacts.held_edition(page_id)
    if held is None or (held.seq, held.build) != (applied_seq, build_id()):
        worker_doorbell().ring(page_id)
        return
    try:
        content = ARTIFACTS[name](scene_of(page, held.day))
    except PngUnavailable as reason:
        name, content = name + REASON, str(reason).encode()
    artifacts.publish_cold(page_id, name, content, held)
