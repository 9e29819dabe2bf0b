"""The operator's lists and deletions: the same things as the API shows, gone as if by the API."""

import json

import pytest

from tests.support.actors import PASSWORD
from tests.support.answers import data, refusal
from tests.support.inside import hepstatus

pytestmark = pytest.mark.system


def run(system, *args: str) -> str:
    """Run a verb that succeeds; return what it prints."""
    done = hepstatus(system, *args)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refuse(system, *args: str) -> str:
    """Run a verb that is refused; return its sentence."""
    done = hepstatus(system, *args)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.fixture
def page(actors):
    """A page with a category, leaves, keys and an incident."""
    page = actors.page("API", "Web")
    backend = data(page.owner.post(f"{page.path}/components", BACKEND), 201)["id"]
    page.leaf("Search", parent=backend)
    page.key("Cron")
    data(actors.monitor(page).open("API down", components=[OUTAGE]), 201)
    return page


BACKEND = {"name": "Backend", "kind": "category"}
OUTAGE = {"component": "API", "status": "outage"}


def test_lists_tell_programs_the_same_as_the_api(page, system):
    for noun, path in (
        ("component", "components"),
        ("key", "keys"),
        ("mount", "mounts"),
        ("incident", "incidents"),
    ):
        answer = data(page.owner.get(f"{page.path}/{path}"))
        things = answer["items"] if noun == "incident" else answer
        assert json.loads(run(system, noun, "list", page.host, "--json")) == things
        # and people a line for each
        lines = run(system, noun, "list", page.host).splitlines()
        assert [line.split()[0] for line in lines] == [thing["id"] for thing in things]
    assert "Backend / Search" in run(system, "component", "list", page.id)
    me = data(page.owner.get("/api/v1/auth/me"))
    rows = json.loads(run(system, "account", "list", "--json"))
    assert {**me, "balance": 0, "pages": 1} in rows
    for noun in ("tier", "tokens"):
        assert page.owner.email in run(system, noun, "list")
    row = next(one for one in json.loads(run(system, "page", "list", "--json"))
               if one["id"] == page.id)  # fmt: skip
    assert (row["host"], row["isPublic"], row["email"]) == (page.host, True, page.owner.email)


def test_ledger_tells_programs_the_same_as_the_api(actors, system):
    ada = actors.owner()
    run(system, "tokens", "grant", ada.email, "500")
    ledger = data(ada.get("/api/v1/status/purchases"))["items"]
    assert json.loads(run(system, "tokens", "ledger", ada.email, "--json")) == ledger


def test_list_is_whole_when_there_are_more_incidents_than_one_query_reads(
    actors, system, monkeypatch
):
    page = actors.page("API")
    mon = actors.monitor(page)
    for number in range(5):
        data(mon.open(f"no. {number}"), 201)
    monkeypatch.setattr("ops.cli.incidents.AT_ONCE", 2)
    lines = run(system, "incident", "list", page.host).splitlines()
    assert [line[-1] for line in lines] == ["4", "3", "2", "1", "0"]


def test_thing_is_gone_for_everybody_when_the_operator_deletes_it(actors, page, system):
    # given a monitor with a key, and the page's incident
    mon, vi, host = actors.monitor(page), actors.visitor(page), page.host
    (incident,) = data(page.owner.get(f"{page.path}/incidents"))["items"]
    # when the operator deletes the incident, a component and the key
    run(system, "incident", "delete", host, incident["id"])
    assert vi.json()["incidents"] == []
    assert vi.statuses()["API"] == "operational"
    run(system, "component", "delete", host, "api")
    assert set(vi.statuses()) == {"Web", "Search"}
    assert mon.get("/api/v1/status-api/status").status_code == 200
    assert "has 2 keys called monitor" in refuse(system, "key", "revoke", host, "monitor")
    kid = json.loads(run(system, "key", "list", host, "--json"))[-1]["id"]
    run(system, "key", "revoke", host, kid)
    assert mon.get("/api/v1/status-api/status").status_code == 401
    # then a second try finds nothing
    assert "has no incident" in refuse(system, "incident", "delete", host, incident["id"])
    assert "has no component api" in refuse(system, "component", "delete", host, "api")
    assert f"has no key {kid}" in refuse(system, "key", "delete", host, kid)
    # and so it is with the host, the page and the account
    (mount,) = data(page.owner.get(f"{page.path}/mounts"))
    run(system, "mount", "delete", mount["id"])
    assert vi.get("/").status_code == 404
    run(system, "page", "delete", page.id)
    assert refusal(page.owner.get(page.path), 404)
    assert "no page" in refuse(system, "page", "delete", page.id)
    email = page.owner.email
    run(system, "account", "delete", email)
    login = {"email": email, "password": PASSWORD}
    assert actors.caller().post("/api/v1/auth/login", login).status_code == 401
    assert "no account for" in refuse(system, "account", "delete", email)
    assert email not in run(system, "account", "list")


def test_page_of_another_owner_stays_when_a_thing_of_it_is_named(actors, page, system):
    other = actors.page("API")
    (incident,) = data(page.owner.get(f"{page.path}/incidents"))["items"]
    before = data(page.owner.get(f"{page.path}/components"))
    refuse(system, "incident", "delete", other.host, incident["id"])
    refuse(system, "component", "delete", other.host, before[0]["id"])
    assert data(page.owner.get(f"{page.path}/components")) == before
    assert data(page.owner.get(f"{page.path}/incidents/{incident['id']}"))
