"""Cold artifacts: rendered on the first ask, stored if the hash still is what they came from."""

import logging

from domain.runtime.metrics import RENDER_S
from domain.store.broker import worker_doorbell
from domain.store.postgres.engine import autocommit
from domain.store.postgres.incidents import has_incident
from domain.store.postgres.load import load_page
from domain.store.redis import publisher as artifacts
from workers.drain import answer
from workers.render.build import build_id
from workers.render.eager import scene_of
from workers.render.on_demand import AbsentError, render_cold
from workers.render.png import PngUnavailable

logger = logging.getLogger(__name__)

# Beside an artifact that can't be made stands the reason, so that web need not wait for it again.
REASON = "!"


def render(page_id: str, name: str) -> None:
    """Render one cold artifact of a page and store it beside the hot ones.

    A hash that is missing or not of the loaded state is published first: visitors ask again.
    """
    answer(f"{page_id}:{name}")
    kind, _, rest = name.partition("/")
    incident_id = rest.partition("/")[0] if kind == "incidents" else ""
    with autocommit() as conn:
        held = artifacts.held_edition(page_id)
        # Guessing is cheap, loading a page is not.
        if held and incident_id and not has_incident(conn, page_id, incident_id):
            artifacts.note_absent(page_id, name, held.seq)
            return
        page, applied_seq = load_page(conn, page_id, {incident_id})
        if held is None or (held.seq, held.build) != (applied_seq, build_id()):
            worker_doorbell().ring(page_id)
            return
        try:
            with RENDER_S.labels("cold").time():
                fields = render_cold(conn, scene_of(page, held.day), name)
        except PngUnavailable as reason:
            fields = {name + REASON: str(reason).encode()}
        except AbsentError:
            artifacts.note_absent(page_id, name, held.seq)
            return
    was_kept = artifacts.publish_cold(page_id, fields, held)
    if not was_kept:
        artifacts.leave_late(page_id, name, fields, held)
    logger.info("rendered %s", name, extra={"is_published": was_kept})
