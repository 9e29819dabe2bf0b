"""The hot artifacts: what is rendered and stored, ready to be sent, at every publication.

An artifact that raises keeps its previous bytes and is reported; the others publish.
"""

import gzip
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import brotli
import msgspec

from domain.badge import BadgeParts, with_label
from domain.page.state import Page
from domain.runtime.metrics import ARTIFACTS_FAILED
from domain.runtime.template_loader import colours
from workers.render.badge import render_badge_parts
from workers.render.documents import document, dress
from workers.render.json_status import status_json, version_json
from workers.render.view import PageView, page_view, version_of

logger = logging.getLogger(__name__)

BROTLI_QUALITY = 5  # 11 takes 170 times as long for a tenth less
GZIP_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Scene:
    """What artifacts are made from."""

    page: Page
    view: PageView
    version: str


def render_hot(page: Page, today: date) -> tuple[Mapping[str, bytes], tuple[str, ...]]:
    """Return the fields of a page's hash, and the names of those that keep their last bytes.

    The bytes of a cold artifact that is named by its content are kept as well.
    """
    scene = scene_of(page, today)
    fields: dict[str, bytes] = {"meta": meta(scene)}
    # What is named by its content is the same in every edition: the hash keeps it, if it has it.
    kept: list[str] = [page.logo.name] if page.logo else []
    for names, artifact in ARTIFACTS.items():
        try:
            fields |= artifact(scene)
        except Exception:
            ARTIFACTS_FAILED.labels(names[0]).inc()
            logger.exception("%s of page %s can't be rendered", names[0], page.id)
            kept += names
    return fields, tuple(kept)


def scene_of(page: Page, today: date) -> Scene:
    """Return what a page's artifacts of a day are made from."""
    view = page_view(page, today)
    return Scene(page, view, version_of(view))


def meta(scene: Scene) -> bytes:
    """Return what a visit has to know besides bytes: whether and until when the page is served."""
    served_until = scene.page.entitlement.served_until
    return msgspec.json.encode(
        {
            "isPublic": scene.page.is_open,
            # To the microsecond: cut to what the wire says, a page would go dark too early.
            "servedUntil": served_until,
            "version": scene.version,
        }
    )


def index(scene: Scene) -> Mapping[str, bytes]:
    """Return the page itself, with the policy that its inline style and script need."""
    html = document("page/index.html.j2", scene.view, scene.version)
    policy = dress(scene.view).policy.encode()
    return {"csp": policy, **encodings("index.html", html)}


def status(scene: Scene) -> Mapping[str, bytes]:
    """Return status.json."""
    return encodings("status.json", status_json(scene.view, scene.version))


def version(scene: Scene) -> Mapping[str, bytes]:
    """Return status-version.json, too short to be worth compressing."""
    return {"status-version.json": version_json(scene.version)}


def badge(scene: Scene) -> Mapping[str, bytes]:
    """Return the badge, and the parts from which web joins one with another label."""
    parts = badge_parts(scene)
    svg = with_label(parts, scene.view.name).encode()
    return {"badge.parts": msgspec.json.encode(parts), **encodings("badge.svg", svg)}


def badge_parts(scene: Scene) -> BadgeParts:
    """Return the page's badge without its label."""
    return render_badge_parts(scene.view.headline, colours()["light"][scene.view.indicator])


def encodings(name: str, content: bytes) -> Mapping[str, bytes]:
    """Return an artifact in every encoding that a visitor may ask for. Same content, same bytes."""
    return {
        name: content,
        f"{name}|br": brotli.compress(content, quality=BROTLI_QUALITY),
        f"{name}|gzip": gzip.compress(content, GZIP_LEVEL, mtime=0),
    }


def _all_encodings(*names: str) -> tuple[str, ...]:
    return tuple(name + suffix for name in names for suffix in ("", "|br", "|gzip"))


ARTIFACTS: Mapping[tuple[str, ...], Callable[[Scene], Mapping[str, bytes]]] = {
    (*_all_encodings("index.html"), "csp"): index,
    _all_encodings("status.json"): status,
    ("status-version.json",): version,
    (*_all_encodings("badge.svg"), "badge.parts"): badge,
}
