"""Statuspage v2 JSON on the real stack: its addresses, and an incident through its life.

Source: docs/behaviour.md, "Statuspage v2 JSON".
"""

import gzip
import importlib
import io
import json
import socket
import urllib.request
from datetime import UTC, datetime, timedelta
from urllib.request import Request

import brotli
import pytest

from tests.support.actors import Actors
from tests.support.stack import wait_until
from tests.support.statuspage import DOCUMENTS, INCIDENTS, PLANS, check

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
ALL = [f"/api/v2/{name}.json" for name in DOCUMENTS]


@pytest.fixture(scope="module")
def shown(system):
    """A page that tests look at and nobody changes."""
    with Actors(system) as actors:
        page = actors.page("API", "Website")
        actors.monitor(page).open("Trouble", components=[{"component": "API", "status": "partial"}])
        yield page


@pytest.fixture
def vi(actors, shown):
    return actors.visitor(shown)


def read(visitor, name="summary"):
    """A document as strict readers want it, once it is not an older one."""
    answers = []

    def is_current():
        answers.append(visitor.get(f"/api/v2/{name}.json"))
        return answers[-1].status_code == 200 and "x-hepstatus-copy" not in answers[-1].headers

    wait_until(is_current, f"{name}.json is current")
    content = answers[-1].json()
    check(name, content)
    return content


# Addresses


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_one_artifact_whatever_the_case_of_its_path(vi, name):
    read(vi, name)
    path = f"/api/v2/{name}.json"
    tags = {
        vi.get(written).headers["etag"]
        for written in (path, path.upper(), path.title(), f"{path}?x=1")
    }
    assert len(tags) == 1
    headers = vi.get(path).headers
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "public, max-age=1, stale-if-error=86400"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("coding", UNPACK)
def test_document_is_stored_in_each_encoding_and_spares_the_body_when_it_is_held(vi, coding):
    read(vi)
    accept = {"Accept-Encoding": coding or "identity"}
    request = vi.http.build_request("GET", ALL[0], headers=accept)
    answer = vi.http.send(request, stream=True)
    packed = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == coding
    check("summary", json.loads(UNPACK[coding](packed)))
    held = accept | {"If-None-Match": answer.headers["etag"]}
    again = vi.get(ALL[0], headers=held)
    assert (again.status_code, again.content) == (304, b"")
    head = vi.http.request("HEAD", ALL[0], headers=accept)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]


def test_scripts_of_any_site_may_ask_with_a_readers_headers(vi):
    asked = {
        "Origin": "https://example.com",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    for path in ("/api/v2/summary.json", "/API/v2/Incidents.json"):
        answer = vi.http.request("OPTIONS", path, headers=asked)
        assert answer.status_code == 204
        assert "If-None-Match" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_documents_are_read_only(vi, method):
    for path in ("/api/v2/summary.json", "/API/V2/INCIDENTS.JSON"):
        assert vi.http.request(method, path).status_code == 405


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("name", ["subscribers", "Subscribers", "incidents/i_1", "", "summary/x"])
def test_what_is_not_spoken_is_not_there(vi, method, name):
    answer = vi.http.request(method, f"/api/v2/{name}.json")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


def test_base_host_has_no_documents_and_its_api_is_undisturbed(actors, shown):
    caller = actors.caller()
    assert caller.get("/api/v2/summary.json").status_code == 404
    assert caller.get("/api/v1/status-api/status").json()["code"] == "NO_KEY"
    assert actors.visitor(shown).get("/api/v1/status-api/status").status_code == 404


def test_documents_are_gone_when_the_page_is_hidden(actors):
    page = actors.page("API")
    vi = actors.visitor(page)
    read(vi)
    page.owner.done(page.owner.patch(page.path, {"isPublic": False}), 200)
    assert vi.get("/api/v2/summary.json").status_code == 404


# The same incident as on the page


def compare(visitor):
    """Compare the summary with status.json and with the page; return it."""
    summary, status = read(visitor), visitor.json()
    words = {"operational": "none", "degraded": "minor", "partial": "major", "outage": "critical"}
    indicator = status["status"]["indicator"]
    assert summary["status"]["indicator"] == words.get(indicator, indicator)
    assert summary["status"]["description"] == status["status"]["description"]
    leaves = [one["id"] for one in summary["components"] if not one["group"]]
    assert leaves == [leaf["id"] for leaf in status["components"]]
    assert {one["id"] for one in summary[INCIDENTS]} == {one["id"] for one in status["incidents"]}
    assert [one["id"] for one in summary[PLANS]] == [one["id"] for one in status["maintenances"]]
    html = visitor.get("/").text
    for one in (*summary[INCIDENTS], *summary[PLANS]):
        assert one["name"] in html
        newest = one["incident_updates"][0]
        assert newest["status"] == one["status"]
        assert newest["body"] in visitor.get(f"/incidents/{one['id']}").text
    assert summary[INCIDENTS] == read(visitor, "incidents/unresolved")[INCIDENTS]
    return summary


def test_an_incident_is_told_as_on_the_page_through_its_life(actors):
    # given a page with a category three levels deep, which is pinned
    page = actors.page()
    owner, vi = page.owner, actors.visitor(page)
    top = page.leaf("Europe", kind="category", status="maintenance")
    berlin = page.leaf("Berlin", kind="category", parent=top)
    rack = page.leaf("Rack", kind="category", parent=berlin)
    api, web = page.leaf("API", parent=rack), page.leaf("Website")
    components = {one["id"]: one for one in compare(vi)["components"]}
    assert components[top]["components"] == [api]
    assert components[api]["name"] == "Berlin / Rack / API"
    assert components[top]["status"] == "under_maintenance"

    # when an incident is opened without a message
    opened = page.incident(
        title="Slow", body=None, components=[{"component": api, "status": "degraded"}]
    )
    (one,) = compare(vi)[INCIDENTS]
    (update,) = one["incident_updates"]
    assert (one["impact"], one["status"], update["body"]) == ("minor", "investigating", "")
    assert one["shortlink"].startswith(f"http://{page.host}")
    assert vi.get(f"/incidents/{one['shortlink'].rpartition('/')[2]}").status_code == 200
    assert [each["code"] for each in update["affected_components"]] == [api]

    # and updated, with another component, then it has both
    body = {
        "state": "monitoring",
        "body": "We watch.",
        "components": [{"component": web, "status": "partial"}],
    }
    owner.done(owner.post(f"{opened}/updates", body))
    (one,) = compare(vi)[INCIDENTS]
    assert [each["id"] for each in one["components"]] == [api, web]
    assert [each["body"] for each in one["incident_updates"]] == ["We watch.", ""]
    assert one["monitoring_at"] == one["incident_updates"][0]["display_at"]
    assert one["impact"] == "major"

    # and a component is deleted, then its update still names it
    owner.done(owner.delete(f"{page.path}/components/{web}"), 200)
    (one,) = compare(vi)[INCIDENTS]
    assert [each["id"] for each in one["components"]] == [api]
    assert one["incident_updates"][0]["affected_components"][0]["code"] == web

    # and resolved, then it is in the list of all alone
    owner.done(owner.post(f"{opened}/updates", {"state": "resolved", "body": "Over."}))
    assert compare(vi)[INCIDENTS] == []
    (one,) = read(vi, "incidents")[INCIDENTS]
    assert (one["status"], one["resolved_at"] is None) == ("resolved", False)
    assert one["incident_updates"][0]["affected_components"] == [
        {"code": api, "name": "Berlin / Rack / API",
         "old_status": "degraded_performance", "new_status": "operational"}
    ]  # fmt: skip

    # and deleted, then it is nowhere
    owner.done(owner.delete(opened), 200)
    assert read(vi, "incidents")[INCIDENTS] == []


def test_a_maintenance_is_told_as_on_the_page_through_its_life(actors):
    # given a maintenance that is planned
    page = actors.page("API")
    owner, vi = page.owner, actors.visitor(page)
    start = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    window = {
        "scheduledStart": start.isoformat(),
        "scheduledEnd": (start + timedelta(hours=1)).isoformat(),
    }
    plan = {
        "kind": "maintenance",
        "title": "Upgrade",
        "components": [{"component": "API"}],
        **window,
    }
    paths = []
    for _ in range(2):
        made = owner.done(owner.post(f"{page.path}/incidents", plan))
        paths.append(f"{page.path}/incidents/{made['id']}")
    moved, called_off = paths
    upcoming = compare(vi)[PLANS]
    assert {one["status"] for one in upcoming} == {"scheduled"}
    assert upcoming == read(vi, "scheduled-maintenances/upcoming")[PLANS]
    assert all(one["started_at"] == one["created_at"] for one in upcoming)
    # when it is moved
    later = {"scheduledEnd": (start + timedelta(hours=2)).isoformat()}
    owner.done(owner.patch(moved, later), 200)
    ends = {one["id"]: one["scheduled_until"] for one in compare(vi)[PLANS]}
    assert datetime.fromisoformat(ends[moved.rpartition("/")[2]]) == start + timedelta(hours=2)
    # and begins, then it is active, and its component is under maintenance
    owner.done(owner.post(f"{moved}/updates", {"state": "in_progress"}))
    assert compare(vi)["components"][0]["status"] == "under_maintenance"
    (active,) = read(vi, "scheduled-maintenances/active")[PLANS]
    assert (active["status"], active["components"][0]["name"]) == ("in_progress", "API")
    # and the other one is called off, then it is completed
    owner.done(owner.post(f"{called_off}/updates", {"state": "resolved", "body": "Not now."}))
    assert [one["id"] for one in compare(vi)[PLANS]] == [moved.rpartition("/")[2]]
    owner.done(owner.post(f"{moved}/updates", {"state": "resolved", "body": "Done."}))
    told = read(vi, "scheduled-maintenances")[PLANS]
    assert {one["status"] for one in told} == {"completed"}
    assert {one["incident_updates"][0]["body"] for one in told} == {"Done.", "Not now."}
    assert read(vi, "incidents")[INCIDENTS] == []


# Clients of others


@pytest.fixture
def resolver(monkeypatch):
    """Names below `localhost` lead here, as in browsers and curl."""
    resolve = socket.getaddrinfo

    def resolve_here(host, *more, **named):
        is_ours = isinstance(host, str) and host.endswith(".localhost")
        return resolve("127.0.0.1" if is_ours else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_here)


def test_an_exporter_for_prometheus_reads_the_summary(vi, shown, resolver, tmp_path, monkeypatch):
    # given an exporter that is told our address
    read(vi)
    service = {
        "name": "Acme",
        "url": f"http://{shown.host}:{vi.http.base_url.port}/api/v2/summary.json",
    }
    (tmp_path / "services.json").write_text(json.dumps({"acme": service}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERVICES_JSON_PATH", str(tmp_path / "services.json"))
    checker = importlib.import_module("statuspage_prometheus_exporter.service_checker")
    # when it checks the service
    told = checker.check_service_status("acme", service)
    # then it tells what the page shows
    assert told["success"], told
    assert (told["status"], told["raw_status"]) == (0, "major")
    assert {one["name"]: one["status"] for one in told["component_metadata"]} == {
        "API": "partial_outage",
        "Website": "operational",
    }
    (incident,) = told["incident_metadata"]
    assert (incident["name"], incident["affected_components"]) == ("Trouble", ["API"])


class OurAddress(urllib.request.HTTPSHandler):
    """Leads requests for any host to a page of ours."""

    def __init__(self, port, host):
        super().__init__()
        self.page = port, host

    def https_open(self, req):
        port, host = self.page
        ours = Request(f"http://127.0.0.1:{port}{req.selector}", headers={"Host": host})
        return urllib.request.build_opener().open(ours)


def test_a_command_for_the_terminal_prints_the_summary(vi, shown, monkeypatch):
    # given a client whose address is fixed
    read(vi)
    opener = urllib.request.build_opener(OurAddress(vi.http.base_url.port, shown.host))
    monkeypatch.setattr(urllib.request, "_opener", opener)
    client = importlib.import_module("github_status.github_status")
    out = io.StringIO()
    # when it prints what it reads
    monkeypatch.setattr("sys.stdout", out)
    client.get_status()
    # then it is what the page shows
    printed = out.getvalue()
    assert "Partial System Outage" in printed
    assert "partial_outage" in printed
    assert "Trouble" in printed
    assert f"{shown.host}" in printed
