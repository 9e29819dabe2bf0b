"""The component tree as a visitor sees it: nodes with what they show, leaves with their bars."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from domain.page import tree
from domain.page.bars import Bar, Trouble, bar_of
from domain.page.state import Claim, Component, Page
from domain.page.uptime import percent
from domain.runtime.template_loader import wording
from domain.status import Status

Held = Mapping[str, list[tuple[str, Claim]]]


@dataclass(frozen=True, slots=True)
class DayView:
    """A day of trouble, in words."""

    index: int
    day: date
    status: Status
    label: str
    minutes: tuple[tuple[str, int], ...]
    incidents: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BarView:
    """A leaf's 90 days: stretches of alike days, and the days of trouble in words."""

    runs: tuple[tuple[Status | None, int, int], ...]
    days: tuple[DayView, ...]
    known_days: int
    is_brief: bool = False  # without its days in words, for want of room


@dataclass(frozen=True, slots=True)
class NodeView:
    """A leaf or a category, with what it shows and what is in it."""

    id: str
    name: str
    description: str | None
    is_leaf: bool
    status: Status
    label: str
    group: str | None
    uptime: float | None
    bar: BarView | None
    children: tuple["NodeView", ...] = ()


@dataclass(frozen=True, slots=True)
class Scenery:
    """What every node is drawn from."""

    page: Page
    today: date
    children: tree.Children
    held: Held
    titles: Mapping[str, str]


def node_views(page: Page, today: date) -> tuple[NodeView, ...]:
    """Return the roots of the tree, each with all below it."""
    titles = {past.id: past.title for past in page.past}
    titles |= {incident.id: incident.title for incident in page.incidents.values()}
    children = tree.children_of(page.components)
    scenery = Scenery(page, today, children, held_by_leaf(page), titles)
    return tuple(_node(scenery, node, ()) for node in children.get(None, ()))


def leaves_of(nodes: Iterable[NodeView]) -> Iterator[NodeView]:
    """Yield all leaves in tree order."""
    for node in nodes:
        if node.is_leaf:
            yield node
        yield from leaves_of(node.children)


def held_by_leaf(page: Page) -> Held:
    """Group all claims that the page knows of by leaf, with the ids of their incidents."""
    found: dict[str, list[tuple[str, Claim]]] = defaultdict(list)
    told = [(past.id, past.claims) for past in page.past]
    told += [(incident.id, incident.claims) for incident in page.incidents.values()]
    for incident_id, claims in told:
        for claim in claims:
            found[claim.component_id].append((incident_id, claim))
    # In an order of our own: the one in which they were read must not show.
    return {leaf: sorted(held, key=lambda p: (p[1].from_at, p[0])) for leaf, held in found.items()}


def label_of(page: Page, status: Status) -> str:
    """Return the page's own name for a status."""
    return page.look.labels.get(status) or wording()["labels"][status]


def _node(scenery: Scenery, node: Component, path: tuple[str, ...]) -> NodeView:
    status = tree.shown_status(node, scenery.children)
    inside = (*path, node.name)
    below = scenery.children.get(node.id, ())
    return NodeView(
        id=node.id,
        name=node.name,
        description=node.description,
        is_leaf=node.is_leaf,
        status=status,
        label=label_of(scenery.page, status),
        group=tree.group_of(path),
        uptime=_uptime(scenery, node) if node.is_leaf else None,
        bar=_bar(scenery, node) if has_bar(scenery.page, node) else None,
        children=tuple(_node(scenery, child, inside) for child in below),
    )


def has_bar(page: Page, node: Component) -> bool:
    """Whether the owner wants a bar: for the page, and for this leaf."""
    return node.is_leaf and page.look.show_uptime and node.show_uptime


def _uptime(scenery: Scenery, node: Component) -> float | None:
    claims = [claim for _, claim in scenery.held.get(node.id, ())]
    return percent(claims, node.created_at, scenery.today, scenery.page.time_zone)


def _bar(scenery: Scenery, node: Component) -> BarView:
    held, zone = scenery.held.get(node.id, []), scenery.page.time_zone
    bar = bar_of(held, node.created_at, scenery.today, zone)
    days = tuple(_day(scenery, trouble) for trouble in reversed(bar.troubles))
    return BarView(tuple(bar.runs()), days, known_days(bar))


def known_days(bar: Bar) -> int:
    """Return how many days, today included, the bar has data for."""
    return sum(length for status, _, length in bar.runs() if status is not None)


def _day(scenery: Scenery, trouble: Trouble) -> DayView:
    return DayView(
        index=trouble.index,
        day=trouble.day,
        status=trouble.status,
        label=label_of(scenery.page, trouble.status),
        minutes=tuple(
            (label_of(scenery.page, status), minutes) for status, minutes in trouble.minutes.items()
        ),
        incidents=tuple((id_, scenery.titles.get(id_, id_)) for id_ in trouble.incident_ids),
    )
