"""Laws of the tree: whatever is added, it stays a tree of legal depth with dense positions."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.page import tree
from domain.page.apply import apply_all
from domain.page.commands import AddComponent, ChangeComponent, DeleteComponent
from domain.page.decide.table import decide
from domain.page.limits import CATEGORY_LEVELS, FREE_LEAVES
from domain.page.state import (
    ComponentKind,
    Entitlement,
    Page,
    Tier,
)
from domain.results import Code, DuplicateIdError, Rejection
from tests.property.strategies import statuses, trees

AT = datetime(2026, 3, 1, tzinfo=UTC)

adds = st.lists(
    st.tuples(
        st.sampled_from(ComponentKind),
        st.none() | st.integers(0, 20) | st.just("nobody"),
        st.none() | st.integers(0, 20),
        st.none() | statuses,
    ),
    max_size=25,
)


def page_with(tier: Tier) -> Page:
    return Page("p_1", created_at=AT, entitlement=Entitlement(tier))


def commands_of(drawn):
    """Adds whose parent is the n-th node added so far, or nobody, or the root."""
    for index, (kind, parent, position, status) in enumerate(drawn):
        name = f"c_{parent}" if isinstance(parent, int) else parent
        yield AddComponent(f"c_{index}", "name", kind, name, position, status=status)


def after_all(page: Page, drawn) -> tuple[Page, list[tuple[AddComponent, Page, Rejection | None]]]:
    steps = []
    for command in commands_of(drawn):
        decision = decide(page, command, AT)
        refused = decision if isinstance(decision, Rejection) else None
        steps.append((command, page, refused))
        page = page if refused else apply_all(page, decision)
    return page, steps


@given(adds)
def test_tree_stays_a_tree_of_legal_depth_when_nodes_are_added_anywhere(drawn):
    page, _ = after_all(page_with(Tier.PRIME), drawn)
    walked = list(tree.walk(tree.children_of(page.components)))
    assert {node.id for node, _ in walked} == set(page.components)
    assert len(walked) == len(page.components)
    for node, path in walked:
        assert len(path) <= CATEGORY_LEVELS - (not node.is_leaf)
        assert node.parent_id is None or not page.components[node.parent_id].is_leaf


@given(adds)
def test_positions_are_dense_and_unique_when_nodes_are_added_anywhere(drawn):
    page, _ = after_all(page_with(Tier.PRIME), drawn)
    for siblings in tree.children_of(page.components).values():
        assert [node.position for node in siblings] == list(range(len(siblings)))


@given(adds)
def test_node_stands_where_it_was_put_and_others_keep_their_order_when_added(drawn):
    _, steps = after_all(page_with(Tier.PRIME), drawn)
    for command, before, refused in steps:
        if refused:
            continue
        after = apply_all(before, decide(before, command, AT))
        old = [n.id for n in tree.children_of(before.components).get(command.parent, [])]
        place = len(old) if command.position is None else min(command.position, len(old))
        new = [n.id for n in tree.children_of(after.components)[command.parent]]
        assert new == [*old[:place], command.component_id, *old[place:]]


@given(adds)
def test_add_is_refused_exactly_when_the_tree_has_no_room_for_it(drawn):
    _, steps = after_all(page_with(Tier.PRIME), drawn)
    for command, before, refused in steps:
        parent = before.components.get(command.parent or "")
        lost = command.parent is not None and (parent is None or parent.is_leaf)
        is_category = command.kind is ComponentKind.CATEGORY
        levels = 0
        while parent is not None:
            levels, parent = levels + 1, before.components.get(parent.parent_id or "")
        too_deep = is_category and levels >= CATEGORY_LEVELS
        assert (refused is not None) == (lost or too_deep)
        if refused:
            assert (refused.code, list(refused.fields)) == (Code.VALIDATION, ["parent"])


@given(adds)
def test_free_page_never_has_a_sixth_leaf_when_nodes_are_added(drawn):
    page, steps = after_all(page_with(Tier.FREE), drawn)
    assert sum(node.is_leaf for node in page.components.values()) <= FREE_LEAVES
    for command, before, refused in steps:
        if refused and refused.code is Code.COMPONENT_LIMIT:
            assert command.kind is ComponentKind.LEAF
            assert sum(node.is_leaf for node in before.components.values()) == FREE_LEAVES


@given(adds)
def test_leaf_shows_something_and_category_is_not_pinned_when_added_without_status(drawn):
    page, _ = after_all(page_with(Tier.PRIME), drawn)
    for command in commands_of(drawn):
        node = page.components.get(command.component_id)
        if node and command.status is None:
            assert node.status == ("operational" if node.is_leaf else None)


@given(trees(min_nodes=1), st.data())
def test_id_is_never_used_twice_when_it_is_there_already(components, data):
    page = Page("p_1", created_at=AT, components=components)
    used = data.draw(st.sampled_from(sorted(components)))
    with pytest.raises(DuplicateIdError):
        decide(page, AddComponent(used, "again"), AT)


# Growing, moving and shrinking: the n-th step names nodes by the order in which they were added.
steps_of_a_life = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(ComponentKind), st.none() | st.integers(0, 12)),
        st.tuples(
            st.just("move"),
            st.integers(0, 12),
            st.none() | st.just("") | st.integers(0, 12),
            st.none() | st.integers(0, 12),
        ),
        st.tuples(st.just("delete"), st.integers(0, 12)),
    ),
    max_size=30,
)


def step_command(number, step):
    def named(n):
        return f"c_{n}" if isinstance(n, int) else n

    match step:
        case ("add", kind, parent):
            return AddComponent(f"c_{number}", "name", kind, named(parent))
        case ("move", n, parent, position):
            return ChangeComponent(named(n), parent=named(parent), position=position)
        case ("delete", n):
            return DeleteComponent(named(n))


def lived(steps):
    """Every accepted command, with the page before and after it."""
    page = page_with(Tier.PRIME)
    for number, step in enumerate(steps):
        command = step_command(number, step)
        decision = decide(page, command, AT)
        if not isinstance(decision, Rejection):
            before, page = page, apply_all(page, decision)
            yield command, before, page


def orders(page):
    """The ids under every parent, in their order."""
    children = tree.children_of(page.components)
    return {parent: [node.id for node in nodes] for parent, nodes in children.items()}


@given(steps_of_a_life)
def test_tree_stays_a_dense_tree_of_legal_depth_when_nodes_come_move_and_go(steps):
    for _, _, page in lived(steps):
        children = tree.children_of(page.components)
        walked = list(tree.walk(children))
        assert sorted(node.id for node, _ in walked) == sorted(
            page.components
        )  # no cycle, no orphan
        for node, path in walked:
            assert len(path) <= CATEGORY_LEVELS - (not node.is_leaf)
            assert node.parent_id is None or not page.components[node.parent_id].is_leaf
        for siblings in children.values():
            assert [node.position for node in siblings] == list(range(len(siblings)))


@given(steps_of_a_life)
def test_nothing_but_the_node_itself_is_lost_when_it_is_deleted(steps):
    for command, before, after in lived(steps):
        if not isinstance(command, DeleteComponent):
            continue
        gone = before.components[command.component_id]
        old = orders(before)
        siblings, heirs = old[gone.parent_id], old.get(gone.id, [])
        place = siblings.index(gone.id)
        wanted = old | {gone.parent_id: [*siblings[:place], *heirs, *siblings[place + 1 :]]}
        wanted.pop(gone.id, None)
        assert orders(after) == {parent: ids for parent, ids in wanted.items() if ids}


@given(steps_of_a_life)
def test_node_stands_where_it_was_put_and_others_keep_their_order_when_moved(steps):
    for command, before, after in lived(steps):
        if not isinstance(command, ChangeComponent):
            continue
        node, now = (page.components[command.component_id] for page in (before, after))
        assert now.parent_id == (
            node.parent_id if command.parent is None else command.parent or None
        )
        others = {p: [i for i in ids if i != node.id] for p, ids in orders(before).items()}
        left = {p: [i for i in ids if i != node.id] for p, ids in orders(after).items()}
        assert {p: i for p, i in left.items() if i} == {p: i for p, i in others.items() if i}
        last = node.position if now.parent_id == node.parent_id else len(left[now.parent_id])
        wanted = last if command.position is None else command.position
        assert now.position == min(wanted, len(left[now.parent_id]))


@given(trees(min_nodes=1), st.data())
def test_move_is_refused_exactly_when_it_makes_a_cycle_or_a_level_too_many(components, data):
    page = Page("p_1", created_at=AT, components=components)
    node, target = (components[data.draw(st.sampled_from(sorted(components)))] for _ in range(2))
    decision = decide(page, ChangeComponent(node.id, parent=target.id), AT)
    above, levels = target, 0
    is_cycle = False
    while above is not None:
        is_cycle |= above.id == node.id
        levels, above = levels + 1, components.get(above.parent_id or "")
    height = tree.height(node, tree.children_of(components))
    too_deep = bool(height) and levels + height > CATEGORY_LEVELS
    wrong = is_cycle or target.is_leaf or too_deep
    assert isinstance(decision, Rejection) == (wrong and node.parent_id != target.id)
    if isinstance(decision, Rejection):
        assert (decision.code, list(decision.fields)) == (Code.VALIDATION, ["parent"])
