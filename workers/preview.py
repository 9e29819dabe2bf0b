"""Preview: apply a command in memory and render the result; nothing is saved."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from domain.calendar import day_of
from domain.page.logo import Logo
from domain.page.state import Page
from domain.runtime.logging import bind_fields
from domain.store.postgres.command_log import Pending
from domain.store.postgres.engine import autocommit
from domain.store.postgres.notifications.delivery_report import count_recipients
from domain.store.redis import previews
from domain.store.redis.previews import ChangedLeaf, PreviewRequest, PreviewResult
from workers.drain import apply_one
from workers.page_stream import PageStream
from workers.render.documents import build_assets, render_document
from workers.render.eager import RenderContext, build_render_context
from workers.render.incident_view import IncidentView
from workers.render.tree_view import NodeView
from workers.render.view import PageView


def rehearse(slot: str) -> None:
    """Preview a session's newest command for a page, and send the result."""
    request = previews.load_request(slot)
    if request is None:
        return
    with bind_fields(stream=request.page_id):
        result, documents, policy = build_preview(request, datetime.now(UTC))
        previews.tell(slot, request, result, documents, policy)


def build_preview(
    request: PreviewRequest, now: datetime
) -> tuple[PreviewResult, dict[str, bytes], str]:
    """Return a preview with documents and their policy; a rejection has none."""
    stream = PageStream(request.page_id)
    row = Pending(0, "", request.kind, request.payload, now, cause=None, received_at=now)
    with autocommit() as conn:
        stream.load(conn, [row])
        settled = apply_one(conn, stream, row)
        events = [row.event for row in stream.outbox if not row.is_suppressed]
        recipients = count_recipients(conn, request.page_id, events)
    if settled.refusal:
        return PreviewResult(refusal=settled.refusal), {}, ""
    before, after = (build_context(page, now) for page in (stream.before, stream.page))
    return (
        summarize_changes(before.view, after.view, recipients),
        render_documents(before, after),
        build_assets(after.view).policy,
    )


def build_context(page: Page, now: datetime) -> RenderContext:
    """Return the render context of a page, with an unpublished logo embedded."""
    context = build_render_context(page, day_of(now, page.time_zone))
    if page.logo is None or context.view.logo is None or not page.logo.content:
        return context
    embedded = replace(context.view.logo, path=data_url(page.logo))
    return replace(context, view=replace(context.view, logo=embedded))


def data_url(logo: Logo) -> str:
    """Return a picture as a data: URL."""
    return f"data:{logo.type};base64,{base64.b64encode(logo.content).decode()}"


def summarize_changes(
    before: PageView, after: PageView, recipients: Mapping[str, int]
) -> PreviewResult:
    """Return the headline, the leaves with a changed status, and recipients by channel."""
    changed = (
        ChangedLeaf(leaf.id, leaf.name, leaf.status, leaf.label, old.status if old else None)
        for leaf, old in pair_leaves(before, after)
        if old is None or old.status is not leaf.status
    )
    return PreviewResult(
        None, after.indicator, after.headline, tuple(changed), recipients=dict(recipients)
    )


def render_documents(before: RenderContext, after: RenderContext) -> dict[str, bytes]:
    """Return the whole page as it would be, and its changes alone."""
    whole = render_document("page/index.html.j2", after.view, after.version)
    change = render_document(
        "page/change.html.j2",
        after.view,
        after.version,
        leaves=changed_leaves(before.view, after.view),
        incidents=changed_incidents(before.view, after.view),
    )
    return {"page": whole, "change": change}


def changed_leaves(before: PageView, after: PageView) -> list[tuple[NodeView, NodeView | None]]:
    """Return leaves that would look different, each with its current view."""
    pairs = pair_leaves(before, after)
    return [
        (leaf, old) for leaf, old in pairs if old is None or row_values(old) != row_values(leaf)
    ]


def pair_leaves(before: PageView, after: PageView) -> list[tuple[NodeView, NodeView | None]]:
    """Return each leaf's future view with its current one, or None."""
    before_by_id = {leaf.id: leaf for leaf in before.leaves}
    return [(leaf, before_by_id.get(leaf.id)) for leaf in after.leaves]


def row_values(leaf: NodeView) -> tuple[object, ...]:
    """Return the visible values of a leaf's row.

    Its bar is left out: during an incident it changes every minute.
    """
    return leaf.name, leaf.description, leaf.status, leaf.label


def changed_incidents(before: PageView, after: PageView) -> list[IncidentView]:
    """Return incidents and maintenances with a changed view."""
    old = {*before.active, *before.maintenances, *before.past}
    return [i for i in (*after.active, *after.maintenances, *after.past) if i not in old]
