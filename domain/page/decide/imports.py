"""Decision on an import: content that the page does not have, within its limits.

Source: docs/behaviour.md, "Export and import".
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from domain.page import events as e
from domain.page import tree
from domain.page.apply import apply, without_leaf
from domain.page.commands import ImportContent
from domain.page.decide.components import count_problem
from domain.page.decide.outcomes import invalid
from domain.page.decide.settings import change_page
from domain.page.limits import CATEGORY_LEVELS
from domain.page.room import no_room_for_import
from domain.page.state import Component, Incident, Page
from domain.page.uptime.shown import RowsByLeaf
from domain.results import Rejection

TOO_DEEP = f"Categories have at most {CATEGORY_LEVELS} levels."


def import_content(
    page: Page, command: ImportContent, at: datetime
) -> tuple[e.Event, ...] | Rejection:
    """Add the content that the page does not have, with its own times."""
    settings = change_page(page, command.settings, at) if command.settings else ()
    if isinstance(settings, Rejection):
        return settings
    components = tuple(place_nodes(page, command.components))
    leaves = {node.id for node in (*page.components.values(), *components) if node.is_leaf}
    incidents = (known_part(i, leaves) for i in command.incidents if i.id not in page.incidents)
    created_at, changed_at = page.created_at or at, max(page.changed_at or at, at)
    event = e.ContentImported(
        components=components,
        incidents=tuple(incidents),
        templates=tuple(t for t in command.templates if t.id not in page.templates),
        shown_rows=missing_days(page, command.shown_rows, leaves),
        created_at=min(created_at, command.created_at or created_at),
        changed_at=command.changed_at or changed_at,
    )
    if event.is_empty and not settings:
        return ()
    rejection = exceeds_tree(page, event, at) or no_room_for_import(apply(page, event), event, at)
    return rejection or (*settings, event)


def place_nodes(page: Page, nodes: Iterable[Component]) -> Iterator[Component]:
    """Yield the nodes that the page does not have, each after its siblings.

    One whose category was deleted in the meantime is at the root.
    """
    counts = Counter(node.parent_id for node in page.components.values())
    categories = {node.id for node in page.components.values() if not node.is_leaf}
    for node in nodes:
        if node.id in page.components:
            continue
        parent = node.parent_id if node.parent_id in categories else None
        yield replace(node, parent_id=parent, position=counts[parent])
        counts[parent] += 1
        if not node.is_leaf:
            categories.add(node.id)


def known_part(incident: Incident, leaves: Container[str]) -> Incident:
    """Return an incident without the leaves that the page does not have."""
    named_leaves = {*incident.leaves, *(claim.component_id for claim in incident.claims)}
    for leaf in named_leaves:
        if leaf not in leaves:
            incident = without_leaf(incident, leaf)
    return incident


def missing_days(page: Page, rows: RowsByLeaf, leaves: Container[str]) -> RowsByLeaf:
    """Return the rows of the days for which the page has none."""
    missing = {
        leaf: {day: r for day, r in days.items() if day not in page.shown_rows.get(leaf, {})}
        for leaf, days in rows.items()
        if leaf in leaves
    }
    return {leaf: days for leaf, days in missing.items() if days}


def exceeds_tree(page: Page, event: e.ContentImported, at: datetime) -> Rejection | None:
    """Return why the tree can't have the new nodes, or None."""
    components = {**page.components, **{node.id: node for node in event.components}}
    # The last new node of each kind meets the same question as if an owner added it.
    for node in {node.kind: node for node in event.components}.values():
        others = {id_: other for id_, other in components.items() if other is not node}
        if rejection := count_problem(replace(page, components=others), node.kind, at):
            return replace(rejection, fields={"components": rejection.error})
    categories = (node for node in event.components if not node.is_leaf)
    levels = (tree.category_level(components, node.id) for node in categories)
    return invalid("components", TOO_DEEP) if max(levels, default=0) > CATEGORY_LEVELS else None
