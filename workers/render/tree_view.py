"""The component tree as visitors see it: nodes with status, leaves with bars."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from domain.calendar import ends_at
from domain.page import tree
from domain.page.origin import shown_until
from domain.page.state import Claim, Component, Page
from domain.page.uptime.bar import AffectedDay, Bar
from domain.page.uptime.percent import BAR_DAYS
from domain.page.uptime.shown import Shown
from domain.runtime.template_loader import wording
from domain.status import SEVERITY, Status, worst
from workers.render.leaf_history import LeafHistory, LeafInputs, history_of

ClaimsByLeaf = Mapping[str, list[tuple[str, Claim]]]

HEIGHT = 28
# Days without data are a thin line, cut into dashes by the gaps between days.
NO_DATA_TOP, NO_DATA_HEIGHT = 12, 4
HUNDREDTHS = 100
# So many well components below an affected sibling are folded into a line.
FOLDED_MIN = 6


@dataclass(frozen=True, slots=True)
class DayView:
    """A day with trouble, in words: claims, and status changes besides.

    Of each status it has the label and the minutes; today has none, which are 0.
    """

    index: int
    day: date
    status: Status
    claims: tuple[tuple[Status, str, int], ...]
    changes: tuple[tuple[Status, str, int], ...]
    incidents: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BarView:
    """A leaf's 90 days: runs of equal days, and the days with trouble.

    `since` is the first day with data, in words; None if all days have data.
    """

    runs: tuple[tuple[Status | None, int, int], ...]
    days: tuple[DayView, ...]
    known_days: int
    since: str | None = None
    is_brief: bool = False  # without its days in words, to save bytes


@dataclass(frozen=True, slots=True)
class NodeView:
    """A leaf or a category, with its status and its children.

    `uptime` of a category is the mean of the bars below it. `tone` is the look of its status; an
    empty category has that of no data. `is_pinned` tells that a pin hides a worse child.
    """

    id: str
    name: str
    description: str | None
    is_leaf: bool
    status: Status
    label: str
    group: str | None
    uptime: float | None
    bar: BarView | None
    tone: str
    children: tuple["NodeView", ...] = ()
    is_pinned: bool = False

    @property
    def leaves(self) -> list["NodeView"]:
        """All leaves below it; of a leaf itself."""
        return [self] if self.is_leaf else list(leaves_of(self.children))

    @property
    def affected(self) -> list["NodeView"]:
        """The leaves that are not operational."""
        return [leaf for leaf in self.leaves if leaf.status is not Status.OPERATIONAL]

    @property
    def urgency(self) -> int:
        """Rank among its siblings: that of the worst status in it."""
        return max(SEVERITY[node.status] for node in (self, *self.leaves))


@dataclass(frozen=True, slots=True)
class TreeContext:
    """The inputs for every node view."""

    page: Page
    today: date
    children: tree.Children
    claims_by_leaf: ClaimsByLeaf
    titles: Mapping[str, str]


def node_views(page: Page, today: date) -> tuple[NodeView, ...]:
    """Return the roots of the tree, each with its descendants."""
    titles = {past.id: past.title for past in page.past}
    titles |= {incident.id: incident.title for incident in page.incidents.values()}
    children = tree.children_of(page.components)
    context = TreeContext(page, today, children, group_claims_by_leaf(page), titles)
    return tuple(_node(context, node, ()) for node in children.get(None, ()))


def leaves_of(nodes: Iterable[NodeView]) -> Iterator[NodeView]:
    """Yield all leaves in tree order."""
    for node in nodes:
        if node.is_leaf:
            yield node
        yield from leaves_of(node.children)


def find_node(nodes: Iterable[NodeView], node_id: str) -> NodeView | None:
    """Return the leaf or category of an id; None without one."""
    for node in nodes:
        match = node if node.id == node_id else find_node(node.children, node_id)
        if match:
            return match
    return None


def group_claims_by_leaf(page: Page) -> ClaimsByLeaf:
    """Return all claims by leaf, with the ids of their incidents."""
    claims_of_leaf: dict[str, list[tuple[str, Claim]]] = defaultdict(list)
    incidents = [(past.id, past.claims) for past in page.past]
    incidents += [(incident.id, incident.claims) for incident in page.incidents.values()]
    for incident_id, claims in incidents:
        for claim in claims:
            claims_of_leaf[claim.component_id].append((incident_id, claim))
    # A defined order: the order of reading must not affect the result.
    return {
        leaf: sorted(pairs, key=lambda p: (p[1].from_at, p[0]))
        for leaf, pairs in claims_of_leaf.items()
    }


def label_of(page: Page, status: Status) -> str:
    """Return the page's own name for a status."""
    return page.look.labels.get(status) or wording()["labels"][status]


def _node(context: TreeContext, node: Component, path: tuple[str, ...]) -> NodeView:
    status = tree.shown_status(node, context.children)
    inside = (*path, node.name)
    children = tuple(_node(context, child, inside) for child in context.children.get(node.id, ()))
    is_empty = not node.is_leaf and node.status is None and not any(leaves_of(children))
    label = wording()["empty"]["category"] if is_empty else label_of(context.page, status)
    history = find_history(context, node) if node.is_leaf else None
    return NodeView(
        id=node.id,
        name=node.name,
        description=node.description,
        is_leaf=node.is_leaf,
        status=status,
        label=label,
        group=tree.group_of(path),
        uptime=history.uptime if history else mean_uptime(children),
        bar=_bar(context, history.bar) if history and history.bar else None,
        tone="nodata" if is_empty else status,
        children=children,
        is_pinned=status.severity < worst(child.status for child in children).severity,
    )


def mean_uptime(children: Iterable[NodeView]) -> float | None:
    """Return the mean percent of the bars below a category, rounded down.

    It is None if no bar has a percent.
    """
    figures = [leaf.uptime for leaf in leaves_of(children) if leaf.bar and leaf.uptime is not None]
    if not figures:
        return None
    return sum(round(HUNDREDTHS * figure) for figure in figures) // len(figures) / HUNDREDTHS


def split_well(nodes: Iterable[NodeView]) -> tuple[list[NodeView], list[NodeView]]:
    """Return siblings worst first, and apart the many well leaves beside an affected one."""
    ordered = sorted(nodes, key=lambda node: -node.urgency)
    well = [node for node in ordered if node.is_leaf and not node.urgency]
    if len(well) < FOLDED_MIN or not ordered[0].urgency:
        return ordered, []
    return [node for node in ordered if node.urgency or not node.is_leaf], well


def has_bar(page: Page, node: Component) -> bool:
    """Return whether page and leaf settings ask for a bar."""
    return node.is_leaf and page.look.show_uptime and node.show_uptime


def find_history(context: TreeContext, leaf: Component) -> LeafHistory:
    """Return the bar and the percent of a leaf."""
    page, today = context.page, context.today
    inputs = LeafInputs(
        context.claims_by_leaf.get(leaf.id, []),
        leaf.created_at,
        today,
        page.time_zone,
        rows_of(page, leaf, today),
        page.look.uptime_counts,
        has_bar(page, leaf),
    )
    return history_of(inputs)


def rows_of(page: Page, leaf: Component, today: date) -> list[Shown]:
    """Return the shown rows of a leaf, its present status on `today` included."""
    rows = [row for rows in page.shown_rows.get(leaf.id, {}).values() for row in rows]
    latest = shown_until(leaf, ends_at(today, page.time_zone))
    return [*rows, latest] if latest else rows


def _bar(context: TreeContext, bar: Bar) -> BarView:
    days = tuple(_day(context, trouble) for trouble in reversed(bar.affected_days))
    day_count = BAR_DAYS - bar.known_from
    since = format_short_day(context.today - timedelta(days=day_count - 1))
    return BarView(tuple(bar.runs()), days, day_count, since if day_count < BAR_DAYS else None)


def format_short_day(day: date) -> str:
    """Format a day as `30 Nov`."""
    return f"{day.day} {day:%b}"


def _day(context: TreeContext, trouble: AffectedDay) -> DayView:
    claimed = trouble.minutes or {trouble.claimed: 0}
    return DayView(
        index=trouble.index,
        day=trouble.day,
        status=trouble.status,
        claims=_labelled(context, claimed),
        changes=_labelled(context, trouble.more_minutes),
        incidents=tuple((id_, context.titles.get(id_, id_)) for id_ in trouble.incident_ids),
    )


def _labelled(
    context: TreeContext, minutes: Mapping[Status, int]
) -> tuple[tuple[Status, str, int], ...]:
    troubles = (pair for pair in minutes.items() if pair[0] is not Status.OPERATIONAL)
    return tuple((status, label_of(context.page, status), lasted) for status, lasted in troubles)


def bar_paths(runs: Iterable[tuple[Status | None, int, int]]) -> Markup:
    """Return the paths of a bar, from mild to severe."""
    path_by_status: dict[Status | None, str] = {}
    for status, start, length in runs:
        top, height = (NO_DATA_TOP, NO_DATA_HEIGHT) if status is None else (0, HEIGHT)
        run = f"M{start} {top}h{length}v{height}h-{length}z"
        path_by_status[status] = path_by_status.get(status, "") + run
    paths = (
        f'<path class="{status or "nodata"}" d="{path}"/>'
        for status, path in sorted(path_by_status.items(), key=lambda pair: pair[0] or "")
    )
    return Markup("".join(paths))  # noqa: S704 - numbers and our own enums only
