"""Laws of references: an id, or a name as people read it; unknown ones mean none.

Source: docs/behaviour.md, "Component references".
"""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.page import references as r
from domain.page.commands import OpenIncident, StatusGiven
from domain.page.state import Component, ComponentKind
from tests.property.strategies import instants, statuses, texts, trees

# Each row is one name to whoever reads it.
SAME = (
    ("API", "api", " Api ", "\u00a0API"),
    ("Straße", "STRASSE", "strasse"),
    ("Web", "WEB\u2009"),
    ("İz", "i\u0307z", "I\u0307Z"),
    ("Caf\u00e9", "Cafe\u0301", "CAFE\u0301"),
    ("\ud55c\uad6d", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),  # Hangul, whole and in parts
    ("Ti\u1ebfng Vi\u1ec7t", "tie\u0302\u0301ng  vie\u0323\u0302t", "Ti\u1ebfng\u00a0Vi\u1ec7t"),
    ("\u1fb3", "\u03b1\u0345", "\u1fbc", "\u0391\u0399"),  # Greek: case folding takes it apart
    ("",),
)
NAMES = tuple(name for names in SAME for name in names)


@st.composite
def named_trees(draw):
    """Trees whose nodes share a few names."""
    components = draw(trees(min_nodes=1))
    return {
        id_: replace(node, name=draw(st.sampled_from(NAMES))) for id_, node in components.items()
    }


references = st.sampled_from([*NAMES, "nobody"])


def is_same(name, other):
    return any({name, other} <= {*names} for names in SAME)


@given(named_trees(), references)
def test_name_means_all_leaves_that_bear_it_when_it_reads_the_same(components, name):
    wanted = {node.id for node in components.values() if node.is_leaf and is_same(node.name, name)}
    found = r.resolve(components, name)
    assert set(found) == wanted
    assert len(found) == len(set(found))


@given(named_trees())
def test_id_means_its_leaf_alone_when_names_are_shared(components):
    for node in components.values():
        assert r.resolve(components, node.id) == ([node.id] if node.is_leaf else [])


@given(named_trees(), texts())
def test_unknown_reference_means_none_when_nothing_bears_it(components, word):
    assert r.resolve(components, f"no such {word}") == []


@given(named_trees(), st.lists(st.tuples(references, statuses), max_size=6))
def test_last_one_wins_when_references_repeat(components, given_statuses):
    wanted = {}
    for reference, status in given_statuses:
        for node in components.values():
            if node.is_leaf and is_same(node.name, reference):
                wanted[node.id] = status
    assert r.resolve_all(components, given_statuses) == wanted


@given(instants(), statuses)
def test_id_goes_before_name_when_one_leaf_is_called_like_anothers_id(at, status):
    components = {
        "c_1": Component("c_1", "c_2", at),
        "c_2": Component("c_2", "other", at),
        "c_3": Component("c_3", "c_2", at, kind=ComponentKind.CATEGORY),
    }
    assert r.resolve_all(components, [("c_2", status)]) == {"c_2": status}


@given(named_trees(), st.lists(st.tuples(references, statuses), max_size=40))
def test_reference_is_told_as_ignored_exactly_when_it_means_no_leaf(components, given_statuses):
    items = tuple(StatusGiven(*pair) for pair in given_statuses)
    told = r.find_ignored(components, OpenIncident("i", "u", "Down", components=items))
    unknown = [ref for ref, _ in given_statuses if not r.resolve(components, ref)]
    assert list(told) == list(dict.fromkeys(unknown))[: r.IGNORED_MAX]
