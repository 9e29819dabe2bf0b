"""Laws of references: an id, or a name without regard to case; unknown ones mean none.

Source: docs/behaviour.md, "Component references".
"""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.page import tree
from domain.page.state import Component, ComponentKind
from tests.property.strategies import instants, statuses, texts, trees

NAMES = ("API", "api", " Api ", "Straße", "STRASSE", "Web", "İz", "")


@st.composite
def named_trees(draw):
    """Trees whose nodes share a few names."""
    components = draw(trees(min_nodes=1))
    return {
        id_: replace(node, name=draw(st.sampled_from(NAMES))) for id_, node in components.items()
    }


references = st.sampled_from([*NAMES, "aPi", "WEB", "nobody"])


@given(named_trees(), references)
def test_name_means_all_leaves_that_bear_it_when_case_and_blanks_differ(components, name):
    wanted = {
        node.id
        for node in components.values()
        if node.is_leaf and node.name.strip().casefold() == name.strip().casefold()
    }
    found = tree.resolve(components, name)
    assert set(found) == wanted
    assert len(found) == len(set(found))


@given(named_trees())
def test_id_means_its_leaf_alone_when_names_are_shared(components):
    for node in components.values():
        assert tree.resolve(components, node.id) == ([node.id] if node.is_leaf else [])


@given(named_trees(), texts())
def test_unknown_reference_means_none_when_nothing_bears_it(components, word):
    assert tree.resolve(components, f"no such {word}") == []


@given(named_trees(), st.lists(st.tuples(references, statuses), max_size=6))
def test_last_one_wins_when_references_repeat(components, given_statuses):
    wanted = {}
    for reference, status in given_statuses:
        for node in components.values():
            if node.is_leaf and node.name.strip().casefold() == reference.strip().casefold():
                wanted[node.id] = status
    assert tree.resolve_all(components, given_statuses) == wanted


@given(instants(), statuses)
def test_id_goes_before_name_when_one_leaf_is_called_like_anothers_id(at, status):
    components = {
        "c_1": Component("c_1", "c_2", at),
        "c_2": Component("c_2", "other", at),
        "c_3": Component("c_3", "c_2", at, kind=ComponentKind.CATEGORY),
    }
    assert tree.resolve_all(components, [("c_2", status)]) == {"c_2": status}
