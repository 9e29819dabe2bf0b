"""How much a page can say: what adds text is refused once it is full, and nothing else is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from domain.page import commands as c
from domain.page import limits as bounds
from domain.page.apply import apply_all
from domain.page.commands import AddTemplate, ChangeTemplate
from domain.page.decide.table import decide
from domain.page.state import (
    Component,
    ComponentKind,
    Entitlement,
    Incident,
    Page,
    Template,
    Tier,
    Update,
)
from domain.results import Code, Rejection
from domain.status import Impact, IncidentKind, IncidentState, Status

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MESSAGE = "m" * 10_000
API = Component("api", "API", NOW, status=Status.OPERATIONAL, status_at=NOW)


def update(id_, body, state=IncidentState.INVESTIGATING):
    return Update(id_, state, body, NOW, NOW)


def incident(id_, bytes_, **more):
    """An incident with so many bytes of text, its title included."""
    whole, rest = divmod(bytes_ - len("Down"), len(MESSAGE))
    said = [update(f"{id_}{n}", MESSAGE) for n in range(whole)] + [update(f"{id_}x", "m" * rest)]
    given = {"state": IncidentState.INVESTIGATING, "updates": tuple(said), **more}
    return Incident(
        id_, "Down", Impact.NONE, started_at=NOW, posted_at=NOW, updated_at=NOW, **given
    )


def over(id_, bytes_, at=NOW):
    return incident(id_, bytes_, state=IncidentState.RESOLVED, resolved_at=at)


def window(id_, bytes_, **more):
    plan = {"scheduled_start": NOW, "scheduled_end": NOW + HOUR, **more}
    return incident(id_, bytes_, kind=IncidentKind.MAINTENANCE, **plan)


def page(*incidents, components=(API,), templates=()):
    return Page(
        "p",
        created_at=NOW,
        entitlement=Entitlement(Tier.PRIME),
        components={node.id: node for node in components},
        incidents={one.id: one for one in incidents},
        templates={one.id: one for one in templates},
    )


def filled(*incidents, room=0):
    """A page whose incidents have room for so many bytes more."""
    held = sum(one.text_bytes for one in incidents)
    return page(*incidents, incident("full", bounds.INCIDENT_TEXT_BYTES - held - room))


def refused_for(held, command):
    """The field whose text is refused, None if the command goes on."""
    decision = decide(held, command, NOW)
    if isinstance(decision, Rejection):
        assert decision.code is Code.TEXT_LIMIT, decision
        (field,) = decision.fields
        assert decision.fields[field] == decision.error
        return field
    apply_all(held, decision)
    return None


def said(id_, body, state=IncidentState.IDENTIFIED, **more):
    return c.PostUpdate(id_, "u", state, body, **more)


def test_text_is_counted_in_bytes_of_titles_and_messages():
    one = replace(incident("i", 14), title="Dówn", updates=(update("a", "漢字"), update("b", "x")))
    assert one.text_bytes == 5 + 6 + 1
    assert replace(one, title="").text_bytes == 7  # what was counted of another one is not kept


PLAN = c.ScheduleMaintenance("new", "u", "Disks", NOW + HOUR, NOW + 2 * HOUR)
ADDING = MappingProxyType(
    {
        c.OpenIncident("new", "u", "t" * 5): "title",
        c.OpenIncident("new", "u", "t", body="12345"): "body",
        c.OpenIncident("new", "u", "t" * 5, state=IncidentState.RESOLVED): "title",
        PLAN: "title",
        replace(PLAN, title="t", body="12345"): "body",
        said("small", "12345"): "body",
        said("ended", "12345", IncidentState.RESOLVED): "body",
        said("planned", "12345", IncidentState.SCHEDULED): "body",
        said("planned", "12345", IncidentState.IN_PROGRESS): "body",
        c.StartMaintenance("planned", "u", "12345"): "body",
        c.ChangeIncident("small", title="12345678 9"): "title",
        c.ChangeIncident("planned", title="12345678 9"): "title",
        c.EditUpdate("small", "smallx", "m" * 11): "body",
    }
)
OTHERS = {
    "small": incident("small", 10),
    "ended": over("ended", 10),
    "planned": window("planned", 10, state=IncidentState.SCHEDULED),
    "running": window("running", 10, state=IncidentState.IN_PROGRESS),
}


@pytest.mark.parametrize(("command", "field"), ADDING.items(), ids=str)
def test_what_adds_text_is_refused_when_it_has_no_room(command, field):
    assert refused_for(filled(*OTHERS.values(), room=4), command) == field
    assert refused_for(filled(*OTHERS.values(), room=6), command) is None


WITHOUT_TEXT = [
    c.SetStatus("api", Status.OUTAGE),
    said("small", None, components=(c.StatusGiven("api", Status.OUTAGE),)),
    said("small", None, IncidentState.RESOLVED),
    said("ended", None, IncidentState.RESOLVED),
    said("planned", None, IncidentState.IN_PROGRESS),
    c.StartMaintenance("planned", "u"),
    c.FinishMaintenance("running", "u"),
    c.ChangeIncident("small", impact=Impact.MAJOR),
    c.ChangeIncident("small", title="Low"),
    c.ChangeIncident("small", title="Slow"),
    c.EditUpdate("small", "smallx", "m" * 6),
    c.EditUpdate("full", "full0", "shorter"),
    c.DeleteUpdate("full", "full0"),
    c.DeleteIncident("full"),
    c.ChangePage(name="Another name", is_public=True),
    c.AddComponent("web", "Web"),
]


@pytest.mark.parametrize("command", WITHOUT_TEXT, ids=str)
def test_what_adds_no_text_goes_on_when_there_is_more_than_room(command):
    assert refused_for(filled(*OTHERS.values(), room=-100_000), command) is None


@pytest.mark.parametrize(
    "command",
    [
        said("small", "é" * 1_000, IncidentState.RESOLVED),
        said("running", "é" * 1_000, IncidentState.RESOLVED),
        c.FinishMaintenance("running", "u", "é" * 1_000),
    ],
    ids=str,
)
def test_what_resolves_may_say_a_thousand_characters_when_there_is_no_room(command):
    held = filled(*OTHERS.values(), room=-100_000)
    assert refused_for(held, command) is None
    assert refused_for(held, replace(command, body="é" * 1_001)) == "body"
    assert (
        refused_for(filled(*OTHERS.values(), room=3_000), replace(command, body="é" * 1_001))
        is None
    )


def test_an_incident_is_not_reopened_when_one_message_more_has_no_room():
    again = said("ended", None, IncidentState.MONITORING)
    held = filled(over("ended", 10), room=bounds.MESSAGE_BYTES - 1)
    assert refused_for(held, again) == "state"
    assert refused_for(held, replace(again, body="It is back.")) == "body"
    assert refused_for(filled(over("ended", 10), room=bounds.MESSAGE_BYTES), again) is None


def test_resolving_and_reopening_does_not_add_text_for_ever():
    held = filled(incident("small", 10))
    held = apply_all(held, decide(held, said("small", "x" * 1_000, IncidentState.RESOLVED), NOW))
    assert refused_for(held, said("small", None, IncidentState.INVESTIGATING)) == "state"


@pytest.mark.parametrize(
    ("ended_at", "has_room"), [(NOW - 16 * DAY, False), (NOW - 16 * DAY - HOUR, True)]
)
def test_what_ended_long_ago_takes_no_room_when_others_are_written(ended_at, has_room):
    held = page(over("old", bounds.INCIDENT_TEXT_BYTES, ended_at))
    assert (refused_for(held, c.OpenIncident("new", "u", "Down")) is None) is has_room
    # But an old one itself gets no longer than all of them may be
    assert refused_for(held, said("old", "more", IncidentState.RESOLVED)) == "body"


def leaf(id_, bytes_):
    return replace(API, id=id_, name="n" * 10, description="d" * (bytes_ - 10))


def test_a_tree_says_so_much_when_its_names_and_descriptions_are_counted():
    # Given a tree with four bytes of room
    nodes = [leaf(f"c_{number}", 1_000) for number in range(262)]
    rest = leaf("rest", bounds.TREE_TEXT_BYTES - 262_000 - 4)
    held = page(components=[*nodes, rest])

    # Then what adds more than that is refused, a category too, and the field that brings it named
    assert refused_for(held, c.AddComponent("new", "12345")) == "name"
    assert refused_for(held, c.AddComponent("new", "12", kind=ComponentKind.CATEGORY)) is None
    assert refused_for(held, c.AddComponent("new", "1", description="1234")) == "description"
    assert refused_for(held, c.ChangeComponent("rest", name="é" * 8)) == "name"
    assert refused_for(held, c.ChangeComponent("rest", description="d" * 134)) is None
    assert refused_for(held, c.ChangeComponent("c_1", description="d" * 995)) == "description"

    # And a page that has more keeps it, moves it and shortens it
    beyond = page(components=[*nodes, rest, leaf("more", 500)])
    for change in (
        c.ChangeComponent("more", position=0, status=Status.OUTAGE),
        c.ChangeComponent("more", name="n" * 9),
        c.ChangeComponent("more", description=""),
        c.DeleteComponent("more"),
    ):
        assert refused_for(beyond, change) is None


def test_templates_say_so_much_when_they_are_counted():
    kept = [Template(f"t{n}", "T", NOW, body=MESSAGE) for n in range(104)]
    held = page(templates=kept)
    room = bounds.TEMPLATE_TEXT_BYTES - 104 * 10_001
    assert refused_for(held, AddTemplate("t", "T", body="b" * (room - 1))) is None
    assert refused_for(held, AddTemplate("t", "T", body="b" * room)) == "body"
    assert refused_for(held, AddTemplate("t", "T" * 100, name="N")) is None
    assert refused_for(held, ChangeTemplate("t1", body="shorter")) is None
