"""Laws of the roll-up: what categories and the page show, from what leaves show.

Source: docs/behaviour.md, "Statuses and severity" and "Overall status".
"""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.page import tree
from domain.page.limits import FREE_LEAVES
from domain.page.overall import overall
from domain.page.state import Component
from domain.status import Impact, Status, impact_of, worst
from tests.property.page.owner_model import SEVERITY
from tests.property.strategies import statuses, trees

many = st.lists(statuses, max_size=8)


def shown(components: dict[str, Component], node_id: str) -> Status:
    return tree.shown_status(components[node_id], tree.children_of(components))


def test_severities_rank_as_specified_when_compared():
    assert sorted(Status, key=lambda status: status.severity) == SEVERITY


@given(many, st.randoms(use_true_random=False))
def test_worst_is_the_same_when_the_order_is_another(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert worst(shuffled) is worst(found)


@given(many, many)
def test_worst_of_parts_is_the_worst_of_all_when_grouped_in_any_way(some, others):
    assert worst([worst(some), worst(others)]) is worst(some + others)


@given(many)
def test_worst_is_as_severe_as_any_when_there_are_some(found):
    assert worst(found).severity == max([0, *(status.severity for status in found)])


@given(many, st.sampled_from(Status))
def test_impact_never_sinks_when_a_status_is_added(found, one_more):
    rank = list(Impact).index
    assert rank(impact_of([*found, one_more])) >= rank(impact_of(found))


@given(trees(min_nodes=1), st.data())
def test_no_category_looks_better_when_a_leaf_gets_worse(components, data):
    leaves = [node.id for node in components.values() if node.is_leaf]
    assume(leaves)
    leaf = data.draw(st.sampled_from(leaves))
    worse = data.draw(
        st.sampled_from([s for s in Status if s.severity >= components[leaf].status.severity])
    )
    after = {**components, leaf: replace(components[leaf], status=worse)}
    assert overall(after, ()).severity >= overall(components, ()).severity
    for node_id in components:
        assert shown(after, node_id).severity >= shown(components, node_id).severity


@given(trees(min_nodes=1))
def test_category_shows_its_pin_or_else_its_worst_child_when_shown(components):
    for node in components.values():
        children = [child.id for child in components.values() if child.parent_id == node.id]
        if node.is_leaf or node.status:
            assert shown(components, node.id) is node.status
        else:
            assert shown(components, node.id) is worst(shown(components, c) for c in children)


@given(trees(min_nodes=1), st.sampled_from(Status))
def test_overall_is_the_worst_leaf_when_categories_are_pinned_to_anything(components, pin):
    pinned = {
        id_: node if node.is_leaf else replace(node, status=pin) for id_, node in components.items()
    }
    leaves = [node.status for node in components.values() if node.is_leaf]
    assert overall(pinned, ()) is overall(components, ()) is worst(leaves)


@given(trees(), st.randoms(use_true_random=False))
def test_tree_reads_the_same_when_its_nodes_come_in_another_order(components, random):
    items = list(components.items())
    random.shuffle(items)
    assert tree.leaves(dict(items)) == tree.leaves(components)
    assert list(tree.walk(tree.children_of(dict(items)))) == list(
        tree.walk(tree.children_of(components))
    )


@given(trees(min_nodes=1))
def test_places_sort_nodes_in_tree_order_when_compared(components):
    walked = [node.id for node, _ in tree.walk(tree.children_of(components))]
    assert sorted(components, key=lambda id_: tree.tree_order(components, id_)) == walked


def test_free_tier_has_five_leaves_when_asked():
    assert FREE_LEAVES == 5
