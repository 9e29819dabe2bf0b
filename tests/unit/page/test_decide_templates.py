"""What a page answers to commands on its templates, each rule by an example."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest

from domain.page.commands import AddTemplate, ChangeTemplate, CreatePage, DeleteTemplate
from domain.page.decide.table import decide
from domain.page.limits import TEMPLATES
from domain.page.state import Entitlement, Page, Template
from domain.results import Code, DuplicateIdError, Rejection
from domain.status import Impact, IncidentKind, IncidentState
from tests.support.applied import apply
from workers.render.eager import render_eager

AT = datetime(2026, 3, 1, tzinfo=UTC)
ADD = AddTemplate(
    "t_1", "API is down", "Outage", "We are looking.", IncidentState.IDENTIFIED, Impact.MAJOR
)
KEPT = Template(
    "t_1", "API is down", AT, "Outage", "We are looking.", IncidentState.IDENTIFIED, Impact.MAJOR
)
WINDOW = AddTemplate("t_2", "New disks", kind=IncidentKind.MAINTENANCE)
told = partial(apply, at=AT)


def refused(page, command):
    decision = decide(page, command, AT)
    assert isinstance(decision, Rejection), decision
    return decision.code, list(decision.fields)


@pytest.fixture
def page():
    return told(Page("p_1"), CreatePage("a_1", "Acme", Entitlement()))


def test_template_is_kept_as_given_when_it_is_added(page):
    assert told(page, ADD).templates == {"t_1": KEPT}
    with pytest.raises(DuplicateIdError):
        decide(told(page, ADD), ADD, AT)


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({"title": "Web is down"}, {"title": "Web is down"}),
        ({"name": ""}, {"name": None}),
        ({"body": ""}, {"body": None}),
        ({"state": IncidentState.MONITORING}, {"state": IncidentState.MONITORING}),
        ({"impact": Impact.NONE}, {"impact": Impact.NONE}),
        ({"clears_state": True, "clears_impact": True}, {"state": None, "impact": None}),
        (
            {"kind": IncidentKind.MAINTENANCE},
            {"kind": IncidentKind.MAINTENANCE, "state": None, "impact": None},
        ),
        ({}, {}),
    ],
)
def test_rest_stays_when_a_part_of_a_template_changes(page, change, changed):
    found = told(page, ADD, ChangeTemplate("t_1", **change)).templates["t_1"]
    assert found == replace(KEPT, **changed)


def test_maintenance_is_refused_what_only_an_incident_has_when_it_is_given(page):
    page = told(page, WINDOW)
    for change in ({"state": IncidentState.RESOLVED}, {"impact": Impact.MINOR}):
        assert refused(page, ChangeTemplate("t_2", **change)) == (Code.VALIDATION, list(change))
        assert refused(page, replace(WINDOW, template_id="t_3", **change))[0] is Code.VALIDATION
    becomes = ChangeTemplate("t_2", impact=Impact.MINOR, kind=IncidentKind.INCIDENT)
    assert told(page, becomes).templates["t_2"].impact is Impact.MINOR
    scheduled = replace(ADD, state=IncidentState.SCHEDULED)
    assert refused(page, scheduled) == (Code.VALIDATION, ["state"])


def test_unknown_template_is_refused_when_it_is_spoken_of(page):
    for command in (ChangeTemplate("t_1", title="x"), DeleteTemplate("t_1")):
        assert refused(page, command) == (Code.NOT_FOUND, [])
    page = told(page, ADD, DeleteTemplate("t_1"))
    assert page.templates == {}
    assert refused(page, DeleteTemplate("t_1")) == (Code.NOT_FOUND, [])


def test_one_more_is_refused_when_a_page_has_200(page):
    full = told(page, *(replace(ADD, template_id=f"t_{n}") for n in range(TEMPLATES)))
    assert refused(full, replace(ADD, template_id="t_more")) == (Code.CONFLICT, [])
    freed = told(full, DeleteTemplate("t_0"), replace(ADD, template_id="t_more"))
    assert len(freed.templates) == TEMPLATES


def test_published_bytes_stay_when_templates_change(page):
    before = render_eager(page, date(2026, 3, 1))
    assert render_eager(told(page, ADD, WINDOW), date(2026, 3, 1)) == before
