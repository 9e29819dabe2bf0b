"""What is rendered of a page: the shape of status.json, and documents that say what they should."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from unittest import mock

import brotli
import pytest

from domain.artifacts import EAGER
from domain.page.state import (
    Claim,
    Component,
    ComponentKind,
    Entitlement,
    Incident,
    Page,
    Update,
)
from domain.runtime.template_loader import wording
from domain.status import Impact, IncidentKind, IncidentState, Status
from workers.render import eager as hot
from workers.render.eager import render_eager

TODAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 30, 12, 0, 0, 123_000, tzinfo=UTC)
NOTHING = Page("p_1", name="Acme", created_at=NOON, changed_at=NOON)


def component(id_, name, status, parent=None, position=0, **more):
    kind = more.pop("kind", ComponentKind.LEAF)
    created_at = NOON - timedelta(days=10)
    return Component(
        id_, name, created_at, kind, parent, position, status=status and Status(status), **more
    )


def incident(id_, state, **more):
    resolved = state == "resolved"
    update = Update(
        f"u_{id_}", IncidentState(state), f"body of {id_}", NOON, NOON, {"c_api": Status.PARTIAL}
    )
    facts = {
        "title": f"title of {id_}",
        "impact": Impact.MAJOR,
        "started_at": NOON,
        "posted_at": NOON,
        "updated_at": NOON,
        "resolved_at": NOON if resolved else None,
        "updates": (update,),
    }
    return Incident(id_, state=IncidentState(state), **{**facts, **more})


EVERYTHING = replace(
    NOTHING,
    description="All of Acme",
    host="acme.localhost",
    time_zone="Europe/Berlin",
    is_public=True,
    components={
        "c_top": component("c_top", "Europe", None, kind=ComponentKind.CATEGORY, position=1),
        "c_in": component("c_in", "Berlin", "outage", "c_top", kind=ComponentKind.CATEGORY),
        "c_web": component("c_web", "Web", "operational", "c_in", 0, description="The web"),
        "c_api": component("c_api", "API", "partial", position=0),
    },
    incidents={
        "i_open": incident(
            "i_open",
            "identified",
            claims=(
                Claim("c_api", Status.OUTAGE, NOON - timedelta(days=2), NOON - timedelta(days=1)),
                Claim("c_api", Status.PARTIAL, NOON),
            ),
        ),
        "i_silent": incident(
            "i_silent", "investigating", updates=(), started_at=NOON - timedelta(1)
        ),
        "i_past": incident("i_past", "resolved"),
        "i_old": incident("i_old", "resolved", resolved_at=NOON - timedelta(days=20)),
        "i_plan": incident("i_plan", "scheduled", kind=IncidentKind.MAINTENANCE),
    },
)


def rendered(page, today=TODAY):
    fields, kept = render_eager(page, today)
    assert kept == ()
    return fields


def status(page):
    return json.loads(rendered(page)["status.json"])


def html(page):
    return rendered(page)["index.html"].decode()


def test_status_json_has_every_field_when_the_page_has_everything():
    found = status(EVERYTHING)
    version = found.pop("version")
    assert len(version) == 16
    assert found.pop("uptimeRule") == wording()["uptime"]["incidents"]
    assert found.pop("page")["name"] == "Acme"
    assert found.pop("status") == {
        "indicator": "partial",
        "description": "Partial System Outage",
    }
    web, api = found["components"][1], found["components"][0]
    assert web == {
        "id": "c_web",
        "name": "Web",
        "status": "operational",
        "label": "Online",
        "group": "Europe / Berlin",
        "uptime": 100.0,
    }
    assert (api["id"], api["group"], api["label"]) == ("c_api", None, "Partial Outage")
    assert 80 < api["uptime"] < 100
    at = "2026-03-30T12:00:00.123Z"
    assert found["incidents"][0] == {
        "id": "i_open",
        "name": "title of i_open",
        "impact": "major",
        "state": "identified",
        "startedAt": at,
        "updatedAt": at,
        "latestUpdate": {
            "id": "u_i_open",
            "state": "identified",
            "body": "body of i_open",
            "createdAt": at,
        },
    }
    assert [(i["id"], i["latestUpdate"]) for i in found["incidents"][1:]] == [("i_silent", None)]
    (planned,) = found["maintenances"]
    assert (planned["id"], planned["components"]) == ("i_plan", ["c_api"])
    assert found.keys() == {"components", "incidents", "maintenances"}


def test_status_json_is_empty_but_whole_when_the_page_has_nothing():
    found = status(NOTHING)
    assert found["page"] == {"name": "Acme", "url": None}
    assert found["status"] == {
        "indicator": "operational",
        "description": "Nothing is monitored yet",
    }
    assert (found["components"], found["incidents"], found["maintenances"]) == ([], [], [])


def test_url_is_that_of_the_host_when_the_page_has_one():
    assert status(EVERYTHING)["page"]["url"].partition("//")[2].startswith("acme.localhost")


def test_documents_render_when_the_page_has_everything_or_nothing():
    # StrictUndefined raises for whatever a template names and nobody gives
    full, empty = html(EVERYTHING), html(NOTHING)
    for words in ("Acme", "All of Acme", "title of i_open", "body of i_past", "title of i_plan"):
        assert words in full
    for words in ("Europe", "Berlin", "Web", "API", "The web"):
        assert words in full
    assert "title of i_old" not in full
    assert "Nothing is monitored yet" in empty


def test_a_chip_tells_the_group_only_when_another_leaf_has_the_name():
    # Given an incident of API and Web, the one at the root, the other in Europe / Berlin
    spoken = incident("i_open", "identified", leaves=("c_api", "c_web"))
    page = replace(EVERYTHING, incidents={"i_open": spoken})
    chip = '<span dir="auto"><span class="m"><bdi>Europe / Berlin</bdi> / </span>%s</span>'
    assert "<bdi>Europe / Berlin" not in html(page)

    # When Web is called as API is, but for its case
    web = replace(page.components["c_web"], name="api")
    alike = replace(page, components={**page.components, "c_web": web})
    told = html(alike)

    # Then its chip says where it stands; API's needs no more than its name
    assert chip % "api" in told
    assert '<span dir="auto">API</span>' in told
    assert told.count("<bdi>Europe / Berlin") == 1

    # And a category that has the name of a leaf is no other leaf
    group = replace(page.components["c_top"], name="API")
    assert "<bdi>API / " not in html(replace(page, components={**page.components, "c_top": group}))


def test_past_incidents_show_for_fourteen_days_of_the_page_and_no_longer():
    for days, is_shown in ((13, True), (14, False)):
        fields, _ = render_eager(EVERYTHING, TODAY - timedelta(days=1) + timedelta(days=days))
        assert (b"title of i_past" in fields["index.html"]) is is_shown


def test_same_bytes_come_out_when_the_same_page_is_rendered_again_later():
    once = rendered(EVERYTHING)
    with mock.patch("time.time", return_value=4_000_000_000.0):
        assert rendered(EVERYTHING) == once


def test_every_encoding_holds_the_same_content_when_decoded():
    fields = rendered(EVERYTHING)
    for name in ("index.html", "status.json", "badge.svg"):
        assert brotli.decompress(fields[f"{name}|br"]) == fields[name]
        assert gzip.decompress(fields[f"{name}|gzip"]) == fields[name]


@pytest.mark.parametrize("broken", EAGER, ids=lambda artifact: artifact.name)
def test_other_artifacts_are_rendered_when_one_raises(broken, caplog):
    fails = mock.Mock(side_effect=ZeroDivisionError)
    with mock.patch.dict(hot.RENDERERS, {broken.name: fails}):
        fields, kept = render_eager(EVERYTHING, TODAY)
    assert kept == broken.fields
    assert fields.keys() == rendered(EVERYTHING).keys() - set(broken.fields)
    assert "p_1" in caplog.text


def test_visit_knows_until_when_a_page_is_served_when_it_reads_meta():
    meta = json.loads(rendered(EVERYTHING)["meta"])
    assert (meta["isPublic"], meta["servedUntil"]) == (True, None)
    ending = replace(EVERYTHING, entitlement=Entitlement(served_until=NOON))
    told = json.loads(rendered(ending)["meta"])["servedUntil"]
    assert datetime.fromisoformat(told) == NOON


def test_version_is_the_same_when_only_visibility_changes():
    hidden = replace(EVERYTHING, is_public=False, entitlement=Entitlement(served_until=NOON))
    assert status(hidden)["version"] == status(EVERYTHING)["version"]


@pytest.mark.parametrize("name", ["\u202e", "\0x", "&", "<b>", "A" * 100, "\u0301", "#{['`"])
def test_everything_is_rendered_when_the_name_is_strange(name):
    assert (
        json.loads(rendered(replace(EVERYTHING, name=name))["status.json"])["page"]["name"] == name
    )
