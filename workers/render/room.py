"""What of a page fits its documents: messages first, then bars.

What does not fit is left out of the view itself, so that the version tells of what is shown only.

Source: docs/behaviour.md, "Limits".
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import msgspec
from markupsafe import escape

from domain import artifact_sizes as sizes
from domain.page import tree
from workers.render.incident_view import IncidentView, UpdateView
from workers.render.markdown import words
from workers.render.tree_view import BarView, DayView, NodeView

Item = TypeVar("Item")


def html_bytes(text: str) -> int:
    """Return how many bytes a text takes in HTML."""
    return len(str(escape(text)).encode())


class Room:
    """So many bytes of a document; what comes first is taken first."""

    def __init__(self, size: int = sizes.MESSAGES_BYTES) -> None:
        """Begin with all of it."""
        self.left = size

    def fits(self, size: int) -> bool:
        """Take so many bytes, if they are there."""
        if size > self.left:
            return False
        self.left -= size
        return True

    def begin_of(self, items: Iterable[tuple[Item, int]]) -> tuple[Item, ...]:
        """Return the first items that fit, each given with its bytes."""
        taken: list[Item] = []
        for item, size in items:
            if not self.fits(size):
                self.left = 0  # what comes later is not shown in the place of what came before
                break
            taken.append(item)
        return tuple(taken)


def fitted(incident: IncidentView, room: Room) -> IncidentView:
    """Return an incident with what of its components and newest messages fits."""
    affected = room.begin_of((chip, _chip_bytes(chip)) for chip in incident.affected)
    updates = room.begin_of((update, _update_bytes(update)) for update in incident.updates)
    return replace(
        incident,
        affected=affected,
        updates=updates,
        unnamed=len(incident.affected) - len(affected),
        untold=len(incident.updates) - len(updates),
    )


def fitted_latest(incident: IncidentView, room: Room) -> IncidentView:
    """Return an incident whose newest message, as JSON tells it, is without its body if need be."""
    latest = incident.latest
    if latest is None or room.fits(len(msgspec.json.encode(latest.body))):
        return incident
    return replace(incident, latest=replace(latest, body=""))


def _chip_bytes(chip: tree.Affected) -> int:
    group, name, _ = chip
    return sizes.CHIP_BYTES + html_bytes(group or "") + html_bytes(name)


def _update_bytes(update: UpdateView) -> int:
    html = words(update.body) if update.body else ""
    return sizes.UPDATE_BYTES + len(html.encode())


def card_bytes(incident: IncidentView) -> int:
    """Return how many bytes an incident takes beside its components and messages."""
    return sizes.CARD_BYTES + html_bytes(incident.name)


def with_bars_that_fit(nodes: Sequence[NodeView], room: Room) -> tuple[NodeView, ...]:
    """Return nodes with bars that take no more than their room and what the rows leave of it.

    If they are too heavy, those above their share tell no days in words; then the last ones go.
    """
    rows = list(_all_of(nodes))
    bars = [(node, _bar_bytes(node, node.bar)) for node in rows if node.bar]
    room.left = min(max(room.left - sum(map(_row_bytes, rows)), 0), sizes.BARS_BYTES)
    if sum(size for _, size in bars) <= room.left:
        return tuple(nodes)
    share = room.left // len(bars)
    kept = {}
    for node, size in bars:
        bar = (
            node.bar
            if size <= share or node.bar is None
            else replace(node.bar, days=(), is_brief=True)
        )
        if bar and room.fits(_bar_bytes(node, bar)):
            kept[node.id] = bar
    return tuple(_with_bars(node, kept) for node in nodes)


def _with_bars(node: NodeView, kept: dict[str, BarView]) -> NodeView:
    children = tuple(_with_bars(child, kept) for child in node.children)
    return replace(node, bar=kept.get(node.id), children=children)


def _all_of(nodes: Iterable[NodeView]) -> Iterable[NodeView]:
    for node in nodes:
        yield node
        yield from _all_of(node.children)


def _row_bytes(node: NodeView) -> int:
    texts = (node.name, node.description or "", node.label)
    return sizes.ROW_BYTES + sum(map(html_bytes, texts))


def _bar_bytes(node: NodeView, bar: BarView) -> int:
    days = sum(map(_day_bytes, bar.days))
    return sizes.BAR_BYTES + html_bytes(node.name) + sizes.RUN_BYTES * len(bar.runs) + days


def _day_bytes(day: DayView) -> int:
    labels = sum(html_bytes(label) + 20 for label, _ in day.minutes) + html_bytes(day.label)
    links = sum(sizes.LINK_BYTES + html_bytes(title) for _, title in day.incidents)
    return sizes.DAY_BYTES + labels + links
