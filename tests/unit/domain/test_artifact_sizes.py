"""The largest page that is allowed, weighed as it is published: no artifact is beyond its size."""

import random
from dataclasses import replace
from types import SimpleNamespace

import pytest

from domain.artifacts import EAGER, KIB, encoded_name, find_artifact
from domain.page.limits import INCIDENT_TEXT_BYTES, TREE_TEXT_BYTES
from domain.page.room import node_bytes
from domain.page.state import Update
from domain.status import IncidentState, Status
from tests.support.largest_page import NOW, TODAY, largest_page
from workers.render.eager import build_render_context, render_eager
from workers.render.on_demand import RENDERERS, AbsentError, render_component_badge, render_incident
from workers.render.room import MESSAGES_BYTES, DocumentBudget, fit_incident

DICE = random.Random(19)


def ampersands(count):
    """Text that grows most where it is escaped."""
    return "&" * count


def links(count):
    """Markdown that grows most where it is rendered."""
    return ("[a](b)" * 499 + '"' * count)[:count]


def noise(count):
    """Text that no encoding makes shorter."""
    return "".join(map(chr, DICE.choices(range(0x4E00, 0x9FFF), k=count)))


AT_MOST = {artifact.name: artifact.max_bytes for artifact in EAGER} | {
    encoded_name(artifact.name, encoding): artifact.packed_bytes or artifact.max_bytes
    for artifact in EAGER
    for encoding in artifact.encodings
}


@pytest.mark.parametrize("say", [ampersands, links, noise])
def test_no_artifact_is_heavier_than_its_size_when_the_page_is_the_largest(say):
    # Given the largest page, full of what weighs most
    page = largest_page(say)
    assert sum(map(node_bytes, page.components.values())) > 0.99 * TREE_TEXT_BYTES
    assert sum(one.text_bytes for one in page.incidents.values()) > 0.98 * INCIDENT_TEXT_BYTES

    # When it is rendered as a publication is
    fields, kept = render_eager(page, TODAY)

    # Then every artifact is there, and none is heavier than is said in one place
    assert kept == ()
    weighed = {name: len(content) for name, content in fields.items()}
    limits = {name: AT_MOST.get(name, 16 * KIB) for name in weighed}
    assert {name: size for name, size in weighed.items() if size > limits[name]} == {}
    assert weighed["index.html"] > MESSAGES_BYTES

    # And each incident that is open or planned is there by its title, with a link
    html = fields["index.html"].decode()
    assert all(f'href="/incidents/{id_}"' in html for id_ in page.incidents if id_[:3] != "i_c")


def test_an_incident_has_as_many_pages_as_its_updates_need():
    # Given an incident with 201 updates
    page = largest_page(lambda count: "x" * min(count, 50))
    said = tuple(
        Update(f"u{n}", IncidentState.MONITORING, f"message {n}.", NOW, NOW) for n in range(201)
    )
    (id_, first), *_ = page.incidents.items()
    page = replace(page, incidents={id_: replace(first, updates=said)})
    scene, conn = build_render_context(page, TODAY), SimpleNamespace()

    # When its pages are rendered
    names = [id_, f"{id_}/2", f"{id_}/3"]
    html = [render_incident(conn, scene, name).decode() for name in names]

    # Then the newest hundred come first, each page leads on, and there is no fourth
    told = [[n for n in range(201) if f"message {n}." in one] for one in html]
    assert told == [list(range(101, 201)), list(range(1, 101)), [0]]
    assert f'rel="next" href="/incidents/{id_}/2"' in html[0]
    assert 'rel="prev"' not in html[0]
    assert f'rel="prev" href="/incidents/{id_}"' in html[1]
    assert f'rel="next" href="/incidents/{id_}/3"' in html[1]
    assert f'rel="prev" href="/incidents/{id_}/2"' in html[2]
    assert 'rel="next"' not in html[2]
    with pytest.raises(AbsentError):
        render_incident(conn, scene, f"{id_}/4")


@pytest.mark.parametrize("say", [ampersands, links])
def test_a_permalink_is_no_heavier_than_its_size_when_its_messages_are_the_longest(say):
    page = largest_page(lambda count: "&" * min(count, 100))
    (id_, first), *_ = page.incidents.items()
    said = tuple(
        Update(f"u{n}", IncidentState.MONITORING, say(10_000), NOW, NOW) for n in range(100)
    )
    leaves = tuple(node.id for node in page.components.values() if node.is_leaf)
    page = replace(page, incidents={id_: replace(first, updates=said, leaves=leaves)})
    html = render_incident(SimpleNamespace(), build_render_context(page, TODAY), id_)
    assert len(html) <= find_artifact(f"incidents/i_{'0' * 26}").max_bytes


@pytest.mark.parametrize(("say", "limit"), [(ampersands, 5 * KIB), ("W".__mul__, 4 * KIB)])
def test_the_embed_and_badges_are_small_when_their_texts_are_the_longest(say, limit):
    # Given the longest name and headline
    page = largest_page(say)
    page = replace(page, look=replace(page.look, headlines={Status.OUTAGE: say(100)}))
    scene = build_render_context(page, TODAY)
    assert (len(scene.view.name), len(scene.view.headline)) == (100, 100)

    # When each is rendered in its variants, then none is heavier than is said in one place
    for name in ("embed", "embed.dark", "embed.light", "badge.json"):
        size = len(RENDERERS[name](None, scene, ""))
        assert size <= min(limit, find_artifact(name).max_bytes), name
    leaf_id = scene.view.leaves[0].id
    for form in ("svg", "json", "parts"):
        size = len(render_component_badge(None, scene, f"{leaf_id}.{form}"))
        assert size <= find_artifact(f"badge/c_{'0' * 26}.{form}").max_bytes, form


def test_what_does_not_fit_is_counted_when_messages_are_long():
    # Given two incidents with three messages, and room for two of them
    page = largest_page(lambda count: "x" * min(count, 50))
    first, second, *_ = page.incidents.values()
    said = tuple(Update(f"u{n}", IncidentState.MONITORING, "y" * 9_000, NOW, NOW) for n in range(3))
    page = replace(
        page,
        incidents={
            one.id: replace(one, updates=said, claims=(), leaves=()) for one in (first, second)
        },
    )
    room = DocumentBudget(20_000)

    # When they are fitted
    shown = [fit_incident(one, room) for one in build_render_context(page, TODAY).view.active]

    # Then the first one's newest are there, and of the others it is said how many
    assert [[update.id for update in one.updates] for one in shown] == [["u2", "u1"], []]
    assert [one.omitted_update_count for one in shown] == [1, 3]
