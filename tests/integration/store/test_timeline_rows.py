"""Timelines in rows of Postgres: entries without a message, and updates between others."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.page import commands as c
from domain.page.state import Entitlement, Page, Tier
from domain.page.timeline import entries_of
from domain.runtime.new_ids import new_id
from domain.status import IncidentState, Status
from domain.store.postgres.load import load_page
from domain.store.postgres.save import save_page
from tests.property.test_page_store_laws import RolledBack, in_order
from tests.support.applied import apply

pytestmark = pytest.mark.usefixtures("store")

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def test_timeline_comes_back_equal_when_it_has_all_kinds_of_entries():
    # given an opening without a message, a deleted update, and one that was posted late
    ids = [new_id("u") for _ in range(5)]
    incident_id, leaf = new_id("i"), new_id("c")
    down = (c.StatusGiven(leaf, Status.OUTAGE),)

    def post(number, state, **more):
        return c.PostUpdate(incident_id, ids[number], state, f"Text {number}", **more)

    create = c.CreatePage("a_1", "Acme", Entitlement(Tier.PRIME))
    page = apply(Page(new_id("p")), create, c.AddComponent(leaf, "API"), at=NOW - 9 * HOUR)
    opening = c.OpenIncident(incident_id, ids[0], "Down", components=down)
    page = apply(page, opening, at=NOW - 5 * HOUR)
    steps = [
        post(1, IncidentState.IDENTIFIED, components=down),
        post(2, IncidentState.MONITORING),
        c.DeleteUpdate(incident_id, ids[1]),
        post(3, IncidentState.IDENTIFIED, occurred_at=NOW - 3 * HOUR, components=down),
        post(4, IncidentState.RESOLVED, resolved_at=NOW - HOUR),
        c.ChangeIncident(incident_id, started_at=NOW - 6 * HOUR),
    ]
    with RolledBack() as conn:
        save_page(conn, Page(page.id), page, 1)
        for seq, step in enumerate(steps, 2):
            # when each step is saved by difference
            before, page = page, apply(page, step, at=NOW)
            save_page(conn, before, page, seq)
            # then what is loaded is the same
            assert in_order(load_page(conn, page.id)[0]) == in_order(page)
    incident = page.incidents[incident_id]
    states = [entry.state for entry in entries_of(incident)]
    assert states == ["investigating", "identified", "identified", "monitoring", "resolved"]
    assert len(incident.bare_entries) == 2
