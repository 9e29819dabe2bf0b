"""Byte budgets: the parts of a page that fit its documents, messages before bars.

Parts that do not fit are left out of the view itself, so that the version covers only visible
content.

Source: docs/behaviour.md, "Limits".
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

import msgspec
from markupsafe import escape

from domain.artifacts import KIB
from domain.status import IncidentKind
from workers.render.chips import Chip
from workers.render.html import words
from workers.render.incident_view import IncidentView, UpdateView
from workers.render.tree_view import BarView, DayView, NodeView

Item = TypeVar("Item")

# Messages of a document with their components, as HTML. The rest is replaced by a link.
MESSAGES_BYTES: Final = 512 * KIB
# Style, script, glyphs, header, hero, legend and footer, with labels at their longest.
FRAME_BYTES: Final = 64 * KIB
# Bars of 2,000 quiet components. With many incidents, fewer days have text and fewer are drawn.
BARS_BYTES: Final = 1_536 * KIB
# The most that the elements around texts take. A test measures them.
CARD_BYTES: Final = 1_200
UPDATE_BYTES: Final = 680
CHIP_BYTES: Final = 160
ROW_BYTES: Final = 520
BAR_BYTES: Final = 800
RUN_BYTES: Final = 22
DAY_BYTES: Final = 160
LINK_BYTES: Final = 80
HEADING_BYTES: Final = 50


def html_bytes(text: str) -> int:
    """Return how many bytes a text takes in HTML."""
    return len(str(escape(text)).encode())


class DocumentBudget:
    """A budget in bytes for a document, taken in order."""

    def __init__(self, size: int = MESSAGES_BYTES) -> None:
        """Set the whole budget, in bytes."""
        self.remaining = size

    def fits(self, size: int) -> bool:
        """Take `size` bytes if they are left; return whether they were."""
        if size > self.remaining:
            return False
        self.remaining -= size
        return True

    def take_fitting(self, items: Iterable[tuple[Item, int]]) -> tuple[Item, ...]:
        """Return the first items that fit, each given with its bytes."""
        fitting: list[Item] = []
        for item, size in items:
            if not self.fits(size):
                self.remaining = 0  # later items must not replace earlier ones
                break
            fitting.append(item)
        return tuple(fitting)


def fit_incident(incident: IncidentView, budget: DocumentBudget) -> IncidentView:
    """Return an incident with the components and newest messages that fit."""
    chips = budget.take_fitting((chip, _chip_bytes(chip)) for chip in incident.chips)
    updates = budget.take_fitting((update, _update_bytes(update)) for update in incident.updates)
    is_planned = incident.kind is IncidentKind.MAINTENANCE and not incident.is_resolved
    return replace(
        incident,
        # Only a permalink names them all; status.json has the ids of planned ones.
        affected=(),
        component_ids=incident.component_ids if is_planned else (),
        chips=chips,
        updates=updates,
        omitted_affected_count=len(incident.component_ids) - sum(chip.size for chip in chips),
        omitted_update_count=len(incident.updates) - len(updates),
    )


def fit_latest(incident: IncidentView, budget: DocumentBudget) -> IncidentView:
    """Return an incident; its latest message has no body unless that fits."""
    latest = incident.latest
    if latest is None or budget.fits(len(msgspec.json.encode(latest.body))):
        return incident
    return replace(incident, latest=replace(latest, body=""))


def _chip_bytes(chip: Chip) -> int:
    return CHIP_BYTES + html_bytes(chip.group or "") + html_bytes(chip.name)


def _update_bytes(update: UpdateView) -> int:
    html = words(update.body) if update.body else ""
    return UPDATE_BYTES + len(html.encode())


def card_bytes(incident: IncidentView) -> int:
    """Return how many bytes an incident takes beside its components and messages."""
    return CARD_BYTES + html_bytes(incident.name)


def fit_bars(nodes: Sequence[NodeView], budget: DocumentBudget) -> tuple[NodeView, ...]:
    """Return nodes with the bars that fit the budget left by the rows.

    If the bars are too large, those above their share lose their days in words; then the last bars
    are omitted.
    """
    rows = list(_iterate_nodes(nodes))
    bars = [(node, _bar_bytes(node, node.bar)) for node in rows if node.bar]
    budget.remaining = min(max(budget.remaining - sum(map(_row_bytes, rows)), 0), BARS_BYTES)
    if sum(size for _, size in bars) <= budget.remaining:
        return tuple(nodes)
    share = budget.remaining // len(bars)
    bar_by_id = {}
    for node, size in bars:
        bar = (
            node.bar
            if size <= share or node.bar is None
            else replace(node.bar, days=(), is_brief=True)
        )
        if bar and budget.fits(_bar_bytes(node, bar)):
            bar_by_id[node.id] = bar
    return tuple(_with_bars(node, bar_by_id) for node in nodes)


def _with_bars(node: NodeView, bar_by_id: dict[str, BarView]) -> NodeView:
    children = tuple(_with_bars(child, bar_by_id) for child in node.children)
    return replace(node, bar=bar_by_id.get(node.id), children=children)


def _iterate_nodes(nodes: Iterable[NodeView]) -> Iterable[NodeView]:
    for node in nodes:
        yield node
        yield from _iterate_nodes(node.children)


def _row_bytes(node: NodeView) -> int:
    texts = (node.name, node.description or "", node.label)
    return ROW_BYTES + sum(map(html_bytes, texts))


def _bar_bytes(node: NodeView, bar: BarView) -> int:
    days = sum(map(_day_bytes, bar.days))
    return BAR_BYTES + html_bytes(node.name) + RUN_BYTES * len(bar.runs) + days


def _day_bytes(day: DayView) -> int:
    labels = sum(html_bytes(label) + 50 for _, label, _ in (*day.claims, *day.changes))
    links = sum(LINK_BYTES + html_bytes(title) for _, title in day.incidents)
    return DAY_BYTES + labels + links + (HEADING_BYTES if day.changes else 0)
