"""The main job: a monitor opens an incident, and the page's host shows it."""

import pytest

pytestmark = pytest.mark.system


def test_incident_shows_everywhere_at_once_when_a_monitor_opens_it(actors):
    # given a page that two web processes serve
    page = actors.page("API", "Website")
    mon, vi = actors.monitor(page), actors.visitor(page)
    before = vi.get("/status-version.json").json()["version"]
    # when Mon opens an incident
    answer = mon.open("Slow answers", components=[{"component": "api", "status": "degraded"}])
    # then the process that answered shows it with the next request
    assert answer.status_code == 201
    shown = vi.json()
    assert shown["status"] == {"indicator": "degraded", "description": "Degraded Performance"}
    assert [incident["name"] for incident in shown["incidents"]] == ["Slow answers"]
    assert vi.get("/status-version.json").json()["version"] == shown["version"] != before
    assert "Slow answers" in vi.get("/").text
    assert "Degraded Performance" in vi.get("/badge.svg").text
