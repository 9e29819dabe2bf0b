"""What a page answers to changes of its tree, each rule by an example."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.page import commands as c
from domain.page import tree
from domain.page.decide.table import decide
from domain.page.state import ComponentKind, Entitlement, Page, Tier
from domain.results import Code, Rejection
from domain.status import IncidentState, Status
from tests.support.applied import apply

AT = datetime(2026, 3, 1, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
CATEGORY = ComponentKind.CATEGORY
told = partial(apply, at=AT)


@pytest.fixture
def page():
    """The tree: Site [API, Web], Mail."""
    return told(
        Page("p_1"),
        c.CreatePage("a_1", "Acme", Entitlement(Tier.PRIME)),
        c.AddComponent("site", "Site", CATEGORY),
        c.AddComponent("api", "API", parent="site", description="The API"),
        c.AddComponent("web", "Web", parent="site"),
        c.AddComponent("mail", "Mail"),
    )


def outline(page):
    walked = tree.walk(tree.children_of(page.components))
    return ["/".join((*path, node.name)) for node, path in walked]


def refused(page, command) -> tuple[Code, list[str]]:
    decision = decide(page, command, AT)
    assert isinstance(decision, Rejection)
    return decision.code, list(decision.fields)


def test_what_is_not_given_stays_when_a_component_changes(page):
    api = told(page, c.ChangeComponent("api", name="Core")).components["api"]
    assert (api.name, api.description, api.parent_id, api.position, api.show_uptime) == (
        "Core", "The API", "site", 0, True,
    )  # fmt: skip
    api = told(page, c.ChangeComponent("api", description="", show_uptime=False)).components["api"]
    assert (api.name, api.description, api.show_uptime) == ("API", None, False)


def test_nothing_happens_when_a_component_is_told_what_it_is(page):
    assert decide(page, c.ChangeComponent("api", name="API", position=0, parent="site"), AT) == ()


def test_component_moves_when_it_gets_another_place(page):
    assert outline(page) == ["Site", "Site/API", "Site/Web", "Mail"]
    first = told(page, c.ChangeComponent("web", position=0))
    assert outline(first) == ["Site", "Site/Web", "Site/API", "Mail"]
    out = told(page, c.ChangeComponent("api", parent=""))
    assert outline(out) == ["Site", "Site/Web", "Mail", "API"]
    back = told(out, c.ChangeComponent("api", parent="site", position=0))
    assert back.components == page.components
    assert outline(told(page, c.ChangeComponent("site", position=9))) == [
        "Mail", "Site", "Site/API", "Site/Web",
    ]  # fmt: skip


def test_move_is_refused_when_it_would_break_the_tree(page):
    deep = told(
        page, c.AddComponent("b", "B", CATEGORY), c.AddComponent("cc", "C", CATEGORY, "b"),
        c.AddComponent("in", "In", CATEGORY, "site"),
    )  # fmt: skip
    wrong = (Code.VALIDATION, ["parent"])
    for node, parent in (("site", "site"), ("b", "cc"), ("api", "mail"), ("api", "nobody")):
        assert refused(deep, c.ChangeComponent(node, parent=parent)) == wrong
    # two levels below two make a fourth
    assert refused(deep, c.ChangeComponent("b", parent="in")) == wrong
    assert "Site/In/Mail" in outline(told(deep, c.ChangeComponent("mail", parent="in")))
    # a change that moves nothing is none of a move's business
    assert told(deep, c.ChangeComponent("in", name="x", parent="site")).components["in"].name == "x"


def test_component_that_is_not_there_is_not_found(page):
    for command in (c.ChangeComponent("nobody", name="x"), c.DeleteComponent("nobody")):
        assert refused(page, command) == (Code.NOT_FOUND, [])


def test_leaf_is_toggled_and_category_pinned_when_a_status_is_given(page):
    page = told(page, c.ChangeComponent("api", status=Status.OUTAGE), at=LATER)
    api = page.components["api"]
    assert (api.status, api.status_at, page.changed_at) == (Status.OUTAGE, LATER, LATER)
    pinned = told(page, c.ChangeComponent("site", status=Status.MAINTENANCE))
    assert pinned.components["site"].status is Status.MAINTENANCE
    assert told(pinned, c.ChangeComponent("site", name="x")).components["site"].status
    assert told(pinned, c.ChangeComponent("site", unpins=True)).components["site"].status is None
    assert refused(page, c.ChangeComponent("api", unpins=True)) == (Code.VALIDATION, ["status"])


def test_children_take_its_place_when_a_category_is_deleted(page):
    page = told(page, c.ChangeComponent("mail", position=0))
    assert outline(told(page, c.DeleteComponent("site"))) == ["Mail", "API", "Web"]


def test_claims_go_and_words_stay_when_a_leaf_is_deleted(page):
    given = (c.StatusGiven("api", Status.OUTAGE), c.StatusGiven("web", Status.PARTIAL))
    window = c.ScheduleMaintenance("m_1", "u_2", "Work", LATER, LATER + timedelta(hours=1),
                                   components=("api", "web"))  # fmt: skip
    page = told(page, c.OpenIncident("i_1", "u_1", "Down", body="x", components=given), window)
    after = told(page, c.DeleteComponent("api"), at=LATER)
    assert after.incidents["i_1"].held == {"web": Status.PARTIAL}
    assert after.incidents["i_1"].updates == page.incidents["i_1"].updates
    assert after.incidents["m_1"].leaves == ("web",)
    # and the incident is resolved as if it had never spoken of the leaf
    resolved = told(after, c.PostUpdate("i_1", "u_3", IncidentState.RESOLVED), at=LATER)
    assert resolved.components["web"].status is Status.OPERATIONAL


def test_incident_is_the_very_same_when_it_never_spoke_of_a_deleted_leaf(page):
    page = told(page, c.OpenIncident("i_1", "u_1", "Down"))
    assert told(page, c.DeleteComponent("api")).incidents["i_1"] is page.incidents["i_1"]
