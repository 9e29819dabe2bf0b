"""What owners and monitors learn of subscribers. Source: docs/behaviour.md, "Delivery report"."""

import pytest

from tests.support.inside import inside
from tests.support.subscribing import expand, subscribe

NUMBERS = ("recipients", "waiting", "sent", "failed", "quarantined", "suppressed")
DOWN = {"title": "Down", "components": [{"component": "API", "status": "outage"}]}


@pytest.fixture
def page(actors):
    """A page with three subscribers, one of whom hears of maintenances only."""
    page = actors.page("API")
    with inside(actors.system):
        for choices in ({}, {"channel": "webhook"}, {"kinds": "maintenances"}):
            subscribe(page.id, **choices)
    return page


def counts(answer):
    return answer.json()["data"]["notifications"]


def test_receipt_and_incident_count_who_hears_of_a_write(actors, page):
    mon = actors.monitor(page)
    opened = mon.open(**DOWN)
    with inside(actors.system):
        expand()
    two = dict.fromkeys(NUMBERS, 0) | {"recipients": 2, "waiting": 2}
    assert counts(mon.get(opened.headers["location"])) == two
    incident = opened.json()["data"]["id"]
    assert counts(page.owner.get(f"{page.path}/incidents/{incident}")) == two


@pytest.mark.parametrize("notify", [True, False])
def test_write_is_heard_of_as_it_says(actors, page, notify):
    mon = actors.monitor(page)
    opened = mon.open(**DOWN, notify=notify)
    with inside(actors.system):
        expand()
    assert counts(mon.get(opened.headers["location"]))["recipients"] == 2 * notify


def test_preview_counts_who_would_hear_of_it(page):
    told = page.preview("incidents", DOWN).json()["data"]
    assert told["recipients"] == {"email": 1, "webhook": 1}
    silent = page.preview("incidents", {**DOWN, "notify": False}).json()["data"]
    assert silent["recipients"] == {}


@pytest.mark.parametrize("notify", ["yes", "", "1"])
def test_deletion_is_refused_when_its_notify_is_no_word(page, notify):
    path = page.incident()
    answer = page.owner.delete(f"{path}?notify={notify}")
    assert answer.status_code == 400
    assert "notify" in answer.json()["fields"]
