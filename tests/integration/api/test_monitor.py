"""The monitor's API over HTTP: claims, references, impacts and answers.

Source: docs/behaviour.md, "Monitor's API", "Claims", "Resolving an incident" and
"Component references".
"""

from urllib.parse import quote

import pytest

from tests.support.actors import unique


def given(**statuses: str) -> list[dict[str, str]]:
    return [{"component": name, "status": status} for name, status in statuses.items()]


def opened(answer) -> str:
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


# What is answered


def test_answer_holds_the_incident_id_and_a_receipt_when_one_is_opened(actors):
    page = actors.page("API")
    answer = actors.monitor(page).open(components=given(API="outage"))
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["location"].startswith("/api/v1/receipts/r_")
    assert answer.json() == {"ok": True, "data": {"id": opened(answer)}}
    assert opened(answer).startswith("i_")


def test_answer_holds_the_update_id_when_an_update_is_posted(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    incident = opened(mon.open("Trouble", body="  Looking.  "))
    answer = mon.update(incident, "identified", body="Found it.")
    assert opened(answer).startswith("u_")
    shown = vi.json()["incidents"][0]
    assert shown["state"] == "identified"
    assert shown["latestUpdate"]["id"] == opened(answer)
    assert shown["latestUpdate"]["body"] == "Found it."
    assert shown["updatedAt"] == shown["latestUpdate"]["createdAt"] >= shown["startedAt"]


def test_answer_echoes_reference_and_status_when_a_component_is_toggled(actors):
    page = actors.page("API")
    answer = actors.monitor(page).toggle("aPi", "partial")
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "data": {"component": "aPi", "status": "partial"}}
    assert actors.visitor(page).statuses() == {"API": "partial"}


def test_reading_tells_what_is_published_when_a_monitor_asks(actors):
    page = actors.page("API", "Website")
    mon, vi = actors.monitor(page), actors.visitor(page)
    mon.open("First", components=given(API="degraded"))
    opened(mon.open("Second", impact="minor"))
    done = opened(mon.open("Third", components=given(Website="outage")))
    mon.update(done, "resolved")
    status, shown = mon.status(), vi.json()
    assert status["overall"] == shown["status"]["indicator"] == "degraded"
    assert status["components"] == [
        {name: leaf[name] for name in ("id", "name", "status")} for leaf in shown["components"]
    ]
    assert status["incidents"] == [
        {"title": i["name"], **{n: i[n] for n in ("id", "impact", "state", "startedAt")}}
        for i in shown["incidents"]
    ]
    assert {i["title"] for i in status["incidents"]} == {"First", "Second"}


def test_fields_are_tidied_when_a_monitor_is_careless(actors):
    # given blanks around texts, nulls for what is optional, and fields that nobody knows
    page = actors.page("API")
    body = {"title": "  Trouble ", "impact": None, "body": None, "components": None, "x": [1]}
    # when sent as bytes without a Content-Type
    mon = actors.monitor(page)
    raw = str(body).replace("'", '"').replace("None", "null").encode()
    answer = mon.http.post("/api/v1/status-api/incidents", content=raw)
    # then it is taken for what was meant
    assert answer.status_code == 201, answer.text
    shown = actors.visitor(page).json()["incidents"][0]
    assert (shown["name"], shown["impact"], shown["latestUpdate"]) == ("Trouble", "none", None)


def test_request_is_accepted_when_it_just_fits(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    references = [{"component": "API", "status": "outage"}] * 500
    opened(mon.open(" " + "t" * 200 + " ", body="é" * 10_000, components=references))
    raw = b'{"title": "Large"}'
    answer = mon.http.post("/api/v1/status-api/incidents", content=raw.ljust(64 * 1024))
    assert opened(answer)
    assert {len(i["name"]) for i in vi.json()["incidents"]} == {5, 200}


def test_last_one_wins_when_a_field_is_given_twice(actors):
    page = actors.page("API")
    raw = b'{"title": 7, "title": "Trouble"}'
    opened(actors.monitor(page).http.post("/api/v1/status-api/incidents", content=raw))
    assert actors.visitor(page).json()["incidents"][0]["name"] == "Trouble"


# What a reference means


def test_reference_means_the_leaf_when_it_is_an_id_or_a_name_in_any_case(actors):
    page = actors.page("Straße", "API")
    website = page.leaf("Website")
    references = {"STRASSE": "degraded", " api ": "partial", website: "outage"}
    opened(actors.monitor(page).open(components=given(**references)))
    shown = actors.visitor(page).statuses()
    assert shown == {"Straße": "degraded", "API": "partial", "Website": "outage"}


def test_reference_is_ignored_when_it_is_unknown_or_a_category(actors):
    page = actors.page("API")
    group = page.leaf("Backend", kind="category")
    page.leaf("Database", parent=group)
    references = given(Backend="outage", Nobody="outage", API="degraded") + given(
        **{group: "outage"}
    )
    opened(actors.monitor(page).open(components=references))
    assert actors.visitor(page).statuses() == {"API": "degraded", "Database": "operational"}
    assert actors.visitor(page).json()["incidents"][0]["impact"] == "minor"


def test_reference_means_all_leaves_when_they_share_a_name(actors):
    page = actors.page("API", "Website")
    page.leaf("api", parent=page.leaf("Europe", kind="category"))
    mon, vi = actors.monitor(page), actors.visitor(page)
    assert mon.toggle("API", "partial").status_code == 200
    assert vi.statuses() == {"API": "partial", "api": "partial", "Website": "operational"}


def test_last_status_wins_when_a_reference_is_repeated(actors):
    page = actors.page("Website")
    api = page.leaf("API")
    references = [*given(API="outage"), *given(**{api: "partial"}), *given(api="degraded")]
    opened(actors.monitor(page).open(components=references))
    assert actors.visitor(page).statuses()["API"] == "degraded"
    assert actors.visitor(page).json()["incidents"][0]["impact"] == "minor"


@pytest.mark.parametrize(
    "names", [("CI/CD", "a b", "50%2F", "100 %", "ü ☃"), ("a?b#c", "x;y=1", "/", "%", "A+B")]
)
def test_component_is_found_by_its_name_when_a_path_holds_it_encoded(actors, names):
    page = actors.page(*names)
    mon = actors.monitor(page)
    for name in names:
        answer = mon.toggle(quote(name, safe=""), "outage")
        assert answer.json() == {"ok": True, "data": {"component": name, "status": "outage"}}
    assert actors.visitor(page).statuses() == dict.fromkeys(names, "outage")


def test_key_touches_nothing_else_when_another_page_has_the_same_names(actors):
    ours, bos = actors.page("API"), actors.owner("bo").page()
    bos.leaf("API")
    opened(actors.monitor(ours).open(components=given(API="outage")))
    assert actors.visitor(bos).json()["incidents"] == []
    assert actors.visitor(bos).statuses() == {"API": "operational"}


# What an incident claims


def test_impact_is_that_of_the_worst_status_when_none_is_given(actors):
    page = actors.page("API", "Website")
    mon, vi = actors.monitor(page), actors.visitor(page)
    cases: list[tuple[dict[str, str], str]] = [
        ({}, "none"),
        ({"API": "operational"}, "none"),
        ({"API": "maintenance"}, "none"),
        ({"API": "degraded", "Website": "maintenance"}, "minor"),
        ({"API": "degraded", "Website": "partial"}, "major"),
        ({"API": "outage", "Website": "partial"}, "critical"),
        ({"Nobody": "outage", "API": "degraded"}, "minor"),
    ]
    ids = [opened(mon.open(components=given(**statuses))) for statuses, _ in cases]
    impacts = {i["id"]: i["impact"] for i in vi.json()["incidents"]}
    assert [impacts[id_] for id_ in ids] == [impact for _, impact in cases]


def test_impact_is_as_given_when_one_is_given(actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    incident = opened(mon.open(impact="none", components=given(API="outage")))
    mon.update(incident, "identified", components=given(API="degraded"))
    assert actors.visitor(page).json()["incidents"][0]["impact"] == "none"


def test_leaves_take_what_is_said_else_the_worst_other_claim_when_resolved(actors):
    # given two incidents on one leaf, and leaves that only the first has spoken of
    page = actors.page("API", "Website", "Mail", "Jobs")
    mon, vi = actors.monitor(page), actors.visitor(page)
    first = opened(
        mon.open("First", components=given(API="outage", Website="partial", Mail="outage"))
    )
    mon.open("Second", components=given(API="degraded"))
    mon.open("Third", components=given(API="maintenance"))
    mon.open("Fourth", components=given(Website="degraded"))
    assert vi.statuses()["API"] == "maintenance"  # what was said last
    # when the first is resolved, with a word on two leaves
    mon.update(first, "resolved", components=given(Mail="degraded", Jobs="partial"))
    # then each leaf shows what was said; what others said last stays
    expected = {"API": "maintenance", "Website": "degraded", "Mail": "degraded", "Jobs": "partial"}
    assert vi.statuses() == expected


def test_claim_stays_as_it_was_when_a_component_is_toggled(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    mon.open("Lasting", components=given(API="partial"))
    other = opened(mon.open("Other", components=given(API="outage")))
    mon.toggle("API", "operational")
    assert vi.statuses() == {"API": "operational"}
    assert len(vi.json()["incidents"]) == 2
    # then the end of either changes nothing, but of one that says more later
    mon.update(other, "resolved")
    assert vi.statuses() == {"API": "operational"}
    third = opened(mon.open("Third", components=given(API="degraded")))
    mon.update(third, "resolved")
    assert vi.statuses() == {"API": "partial"}


def test_claim_is_the_last_one_when_updates_change_it(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    first = opened(mon.open("First", components=given(API="outage")))
    mon.update(first, "monitoring", components=given(API="degraded"))
    second = opened(mon.open("Second", components=given(API="partial")))
    mon.update(second, "resolved")
    assert vi.statuses() == {"API": "degraded"}


def test_claims_stay_away_when_a_resolved_incident_is_reopened(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    incident = opened(mon.open(components=given(API="outage")))
    mon.update(incident, "resolved")
    assert vi.json()["incidents"] == []
    mon.update(incident, "investigating")
    assert vi.statuses() == {"API": "operational"}
    assert [i["id"] for i in vi.json()["incidents"]] == [incident]


def test_only_named_leaves_change_when_an_incident_is_resolved_again(actors):
    page = actors.page("API", "Website")
    mon, vi = actors.monitor(page), actors.visitor(page)
    incident = opened(mon.open(components=given(API="outage")))
    mon.update(incident, "resolved", components=given(API="degraded"))
    mon.toggle("Website", "partial")
    answer = mon.update(incident, "resolved", body="Once more.", components=given(API="partial"))
    assert answer.status_code == 201
    assert vi.statuses() == {"API": "partial", "Website": "partial"}


def test_key_tells_when_it_was_used_when_its_owner_lists_keys(actors):
    page = actors.page("API")
    name = unique("key")
    secret = page.key(name)["key"]
    stamped = {
        k["name"]: k["lastUsedAt"] for k in page.owner.get(f"{page.path}/keys").json()["data"]
    }
    assert stamped[name] is None
    mon = actors.caller(Authorization=f"bearer {secret}")
    assert mon.get("/api/v1/status-api/status").status_code == 200
    stamped = {
        k["name"]: k["lastUsedAt"] for k in page.owner.get(f"{page.path}/keys").json()["data"]
    }
    assert stamped[name].endswith(":00.000Z")
