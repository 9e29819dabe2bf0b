"""What an import adds to a page, and what it leaves out or is refused for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.page import limits
from domain.page.apply import apply_all
from domain.page.commands import ChangePage, ImportContent
from domain.page.decide.table import decide
from domain.page.state import (
    Claim,
    Component,
    ComponentKind,
    Entitlement,
    Incident,
    Page,
    Template,
    Tier,
)
from domain.page.uptime.shown import TOGGLE, Shown
from domain.results import Code, Rejection
from domain.status import Impact, IncidentState, Status

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVER = NOW - timedelta(days=400)
LEAF = Component("c_1", "API", EVER, status=Status.OPERATIONAL)
PAGE = Page(
    "p_1", "a_1", "Acme", created_at=EVER, changed_at=EVER, components={"c_1": LEAF},
    entitlement=Entitlement(Tier.PRIME),
)  # fmt: skip


def incident(id_="i_2", *leaves, **more):
    claims = tuple(Claim(leaf, Status.OUTAGE, EVER, NOW) for leaf in leaves)
    values = {"state": IncidentState.RESOLVED, "resolved_at": NOW, "claims": claims, **more}
    state = values.pop("state")
    return Incident(id_, "T", Impact.NONE, state, EVER, EVER, EVER, **values)


def imported(command, page=PAGE):
    decision = decide(page, command, NOW)
    assert not isinstance(decision, Rejection), decision
    return apply_all(page, decision)


def category(id_, parent=None):
    return Component(id_, id_, EVER, ComponentKind.CATEGORY, parent)


def test_existing_content_stays_when_an_import_brings_other_values_of_it():
    # given a page with a leaf, an incident and rows of a day
    row = Shown(Status.OUTAGE, TOGGLE, EVER, NOW)
    days = {NOW.date(): (row,)}
    page = replace(PAGE, incidents={"i_2": incident()}, shown_rows={"c_1": days})
    # when an import brings others by the same ids
    page = imported(
        ImportContent(
            components=(replace(LEAF, name="Other"), replace(LEAF, id="c_2")),
            incidents=(replace(incident(), title="Other"), incident("i_3")),
            shown_rows={"c_1": {NOW.date(): (), EVER.date(): (row,)}},
        ),
        page,
    )
    # then only the new ones are added, the leaf as the last of its siblings
    assert [(node.name, node.position) for node in page.components.values()] == [
        ("API", 0), ("API", 1)
    ]  # fmt: skip
    assert [each.title for each in page.incidents.values()] == ["T", "T"]
    assert page.shown_rows["c_1"] == {NOW.date(): (row,), EVER.date(): (row,)}


def test_leaves_that_are_gone_are_left_out_when_an_import_names_them():
    page = imported(
        ImportContent(
            components=(replace(LEAF, id="c_2", parent_id="c_gone"),),
            incidents=(incident("i_2", "c_1", "c_gone"),),
            shown_rows={"c_gone": {NOW.date(): ()}},
        )
    )
    assert page.components["c_2"].parent_id is None
    assert [claim.component_id for claim in page.incidents["i_2"].claims] == ["c_1"]
    assert page.shown_rows == {}


def test_times_are_those_of_the_import_only_when_it_gives_them():
    # given an import of now, then the page has changed now
    command = ImportContent(incidents=(incident(),))
    assert imported(command).changed_at == NOW
    # and one that gives times is of then
    command = replace(command, created_at=EVER - timedelta(1), changed_at=EVER)
    page = imported(command)
    assert (page.created_at, page.changed_at) == (EVER - timedelta(1), EVER)
    # and one that adds nothing changes nothing
    assert decide(page, command, NOW) == ()


def test_visibility_stays_when_settings_are_imported():
    page = imported(ImportContent(settings=ChangePage(name="Other")), replace(PAGE, is_public=True))
    assert (page.name, page.is_public) == ("Other", True)


TEXT = "x" * limits.BODY_LIMIT
OPEN = {"state": IncidentState.INVESTIGATING, "resolved_at": None}
LEVELS = [f"g_{n}" for n in range(4)]
TOO_MUCH = {
    "leaves": (
        Code.COMPONENT_LIMIT,
        ImportContent(components=tuple(replace(LEAF, id=f"c_{n}") for n in range(2_000, 4_000))),
    ),
    "levels": (
        Code.VALIDATION,
        ImportContent(
            components=tuple(
                category(id_, above) for id_, above in zip(LEVELS, [None, *LEVELS], strict=False)
            )
        ),
    ),
    "text of the tree": (
        Code.TEXT_LIMIT,
        ImportContent(
            components=tuple(
                replace(LEAF, id=f"x_{n}", description="x" * 1_000) for n in range(300)
            )
        ),
    ),
    "open incidents": (
        Code.CONFLICT,
        ImportContent(incidents=tuple(incident(f"i_{n}", **OPEN) for n in range(501))),
    ),
    "recent incidents": (
        Code.CONFLICT,
        ImportContent(incidents=tuple(incident(f"i_{n}") for n in range(2_001))),
    ),
    "text of incidents": (
        Code.TEXT_LIMIT,
        ImportContent(incidents=tuple(replace(incident(f"i_{n}"), title=TEXT) for n in range(420))),
    ),
    "templates": (
        Code.CONFLICT,
        ImportContent(templates=tuple(Template(f"t_{n}", "T", EVER) for n in range(201))),
    ),
    "text of templates": (
        Code.TEXT_LIMIT,
        ImportContent(
            templates=tuple(Template(f"t_{n}", "T", EVER, body=TEXT) for n in range(110))
        ),
    ),
}


@pytest.mark.parametrize("limit", TOO_MUCH)
def test_import_is_refused_when_it_exceeds_a_limit(limit):
    code, command = TOO_MUCH[limit]
    decision = decide(PAGE, command, NOW)
    assert isinstance(decision, Rejection)
    assert decision.code is code


def test_old_incidents_count_for_no_limit_when_they_are_imported():
    old = NOW - timedelta(days=60)
    incidents = tuple(
        replace(incident(f"i_{n}", resolved_at=old), title=TEXT[:2_000]) for n in range(2_500)
    )
    assert len(imported(ImportContent(incidents=incidents)).incidents) == 2_500
