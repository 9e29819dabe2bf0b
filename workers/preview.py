"""A rehearsal: decide and apply a command in memory, draw what visitors would see, save nothing."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

from domain.calendar import day_of
from domain.page.logo import Logo
from domain.page.state import Page
from domain.runtime.logging import bound
from domain.store.postgres.command_log import Waiting
from domain.store.postgres.engine import autocommit
from domain.store.redis import previews as rehearsals
from domain.store.redis.previews import Asked, ChangedLeaf, Outlook
from workers.drain import apply_one
from workers.page_stream import PageStream
from workers.render.documents import document, dress
from workers.render.eager import Scene, scene_of
from workers.render.incident_view import IncidentView
from workers.render.tree_view import NodeView
from workers.render.view import PageView


def rehearse(slot: str) -> None:
    """Find out what the newest command of a session and page would do, and tell who asked."""
    asked = rehearsals.asked(slot)
    if asked is None:
        return
    with bound(stream=asked.page_id):
        outlook, documents, policy = played(asked, datetime.now(UTC))
        rehearsals.tell(slot, asked, outlook, documents, policy)


def played(asked: Asked, now: datetime) -> tuple[Outlook, dict[str, bytes], str]:
    """Return the outlook with its documents and their policy; of a refusal the refusal alone."""
    stream = PageStream(asked.page_id)
    row = Waiting(0, "", asked.kind, asked.payload, now, cause=None, received_at=now)
    with autocommit() as conn:
        stream.load(conn, [row])
        settled = apply_one(conn, stream, row)
    if settled.refusal:
        return Outlook(refusal=settled.refusal), {}, ""
    before, after = (scene(page, now) for page in (stream.before, stream.page))
    return (
        outlook_of(before.view, after.view),
        documents_of(before, after),
        dress(after.view).policy,
    )


def scene(page: Page, now: datetime) -> Scene:
    """Return what a page's documents are made from; a logo that is nowhere yet is put into them."""
    made = scene_of(page, day_of(now, page.time_zone))
    if page.logo is None or made.view.logo is None or not page.logo.content:
        return made
    shown = replace(made.view.logo, path=data_url(page.logo))
    return replace(made, view=replace(made.view, logo=shown))


def data_url(logo: Logo) -> str:
    """Return a picture as an address that holds it."""
    return f"data:{logo.type};base64,{base64.b64encode(logo.content).decode()}"


def outlook_of(before: PageView, after: PageView) -> Outlook:
    """Return what a page would say, and which leaves would say something else."""
    changed = (
        ChangedLeaf(leaf.id, leaf.name, leaf.status, leaf.label, old.status if old else None)
        for leaf, old in leaf_pairs(before, after)
        if old is None or old.status is not leaf.status
    )
    return Outlook(None, after.indicator, after.headline, tuple(changed))


def documents_of(before: Scene, after: Scene) -> dict[str, bytes]:
    """Return the whole page as it would be, and a short one of what would change."""
    whole = document("page/index.html.j2", after.view, after.version)
    change = document(
        "page/change.html.j2",
        after.view,
        after.version,
        leaves=changed_leaves(before.view, after.view),
        incidents=changed_incidents(before.view, after.view),
    )
    return {"page": whole, "change": change}


def changed_leaves(before: PageView, after: PageView) -> list[tuple[NodeView, NodeView | None]]:
    """Return leaves that would be shown otherwise, each with how it is shown now."""
    pairs = leaf_pairs(before, after)
    return [(leaf, old) for leaf, old in pairs if old is None or looks(old) != looks(leaf)]


def leaf_pairs(before: PageView, after: PageView) -> list[tuple[NodeView, NodeView | None]]:
    """Return each leaf as it would be shown, and as it is shown now; None if it is not."""
    was = {leaf.id: leaf for leaf in before.leaves}
    return [(leaf, was.get(leaf.id)) for leaf in after.leaves]


def looks(leaf: NodeView) -> tuple[object, ...]:
    """Return what a leaf's row says; its bar changes with every minute of trouble."""
    return leaf.name, leaf.description, leaf.status, leaf.label


def changed_incidents(before: PageView, after: PageView) -> list[IncidentView]:
    """Return incidents and maintenances that would say something else."""
    old = {*before.active, *before.maintenances, *before.past}
    return [i for i in (*after.active, *after.maintenances, *after.past) if i not in old]
