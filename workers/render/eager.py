"""Eager artifacts: rendered and stored at every publication.

An artifact that raises keeps its previous bytes and is logged; the others are published.
"""

import gzip
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

import brotli
import msgspec

from domain.artifacts import EAGER, Artifact, encoded_name
from domain.page.state import Page
from domain.runtime.metrics import ARTIFACTS_FAILED
from workers.render.documents import build_assets, build_notice_frame, render_document
from workers.render.formats import badges
from workers.render.json_status import status_json, version_json
from workers.render.view import PageView, page_view, version_of

logger = logging.getLogger(__name__)

BROTLI_QUALITY = 5  # 11 takes 170 times as long for a tenth less
GZIP_LEVEL = 6
Fields = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class RenderContext:
    """The inputs for all artifacts of a page."""

    page: Page
    view: PageView
    version: str


def render_eager(page: Page, today: date) -> tuple[Fields, tuple[str, ...]]:
    """Return the fields of a page's hash, and the names that keep their bytes.

    The bytes of an on-demand artifact that is named by its content are kept as well.
    """
    context = build_render_context(page, today)
    fields: dict[str, bytes] = {"meta": render_meta(context)}
    # An artifact named by its content is the same in every edition: the hash keeps it.
    kept_names: list[str] = [page.logo.name] if page.logo else []
    for artifact in EAGER:
        try:
            fields |= render_fields(artifact, context)
        except Exception:
            ARTIFACTS_FAILED.labels(artifact.name).inc()
            logger.exception("%s of page %s can't be rendered", artifact.name, page.id)
            kept_names += artifact.fields
    return fields, tuple(kept_names)


def render_fields(artifact: Artifact, context: RenderContext) -> Fields:
    """Return an eager artifact in each of its encodings, with its companions."""
    plain = RENDERERS[artifact.name](context)
    return {**plain, **encode(artifact, artifact.name, plain[artifact.name])}


def build_render_context(page: Page, today: date) -> RenderContext:
    """Return the render context of a page on a day."""
    view = page_view(page, today)
    return RenderContext(page, view, version_of(view))


def render_meta(context: RenderContext) -> bytes:
    """Return the metadata of a visit: whether and until when the page is served."""
    served_until = context.page.entitlement.served_until
    return msgspec.json.encode(
        {
            "isPublic": context.page.is_open,
            # To the microsecond: rounded to the API's precision, a page would end too early.
            "servedUntil": served_until,
            "version": context.version,
        }
    )


def render_index(context: RenderContext) -> Fields:
    """Return the page, the policy of its style and script, the frame of its notices."""
    html = render_document("page/index.html.j2", context.view, context.version)
    policy = build_assets(context.view).policy.encode()
    notice = msgspec.json.encode(build_notice_frame(context.view))
    return {"csp": policy, "index.html": html, "notice": notice}


def render_status(context: RenderContext) -> Fields:
    """Return status.json."""
    return {"status.json": status_json(context.view, context.version)}


def render_version(context: RenderContext) -> Fields:
    """Return status-version.json."""
    return {"status-version.json": version_json(context.version)}


def render_badge(context: RenderContext) -> Fields:
    """Return the badge, and the parts that web joins with another label."""
    content = badges.page_badge(context.view)
    return {"badge.parts": badges.encode_parts(content), "badge.svg": badges.encode_svg(content)}


def encode(artifact: Artifact, name: str, content: bytes) -> Fields:
    """Return an artifact in each of its encodings; equal content gives equal bytes."""
    encoded = {encoded_name(name, e): ENCODERS[e](content) for e in artifact.encodings}
    return {name: content, **encoded}


ENCODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, quality=BROTLI_QUALITY),
    "gzip": partial(gzip.compress, compresslevel=GZIP_LEVEL, mtime=0),
}
# The renderers of eager artifacts by name in the registry (domain/artifacts.py).
RENDERERS: Mapping[str, Callable[[RenderContext], Fields]] = {
    "index.html": render_index,
    "status.json": render_status,
    "status-version.json": render_version,
    "badge.svg": render_badge,
}
