"""Sentences and figures of incidents on a page: order, durations, worst statuses.

Source: docs/behaviour.md, "Timelines" and "Public endpoints".
"""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import Markup

from domain.page import commands as c
from domain.page.state import Entitlement, Page, Tier
from domain.status import IncidentState, Status
from tests.support.applied import apply
from tests.support.page_reading import Reading
from workers.render.documents import render_document
from workers.render.incident_view import history_views, incident_views
from workers.render.view import TIMELINE_MAX, page_view

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MONITORING, RESOLVED, IN_PROGRESS = (
    IncidentState.MONITORING,
    IncidentState.RESOLVED,
    IncidentState.IN_PROGRESS,
)


def api(status):
    return (c.StatusGiven("api", Status(status)),)


@pytest.fixture
def page():
    create = c.CreatePage("a", "Acme", Entitlement(Tier.PRIME))
    return apply(Page("p"), create, c.AddComponent("api", "API"), at=NOW - 2400 * HOUR)


@pytest.fixture
def down(page):
    opening = c.OpenIncident("i", "u1", "Down", None, "We look.", api("outage"))
    return apply(page, opening, at=NOW - 5 * HOUR)


def plain(template, page, **more):
    """The text of a document of the page on this day."""
    html = render_document(template, page_view(page, NOW.date()), "1", **more)
    body = html.decode().partition("<main>")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", Markup(body).striptags()).replace("\u00a0", " ")


def permalink(page):
    (item,) = history_views(page, [page.incidents["i"]])
    posted_at = page.incidents["i"].posted_at
    return plain("page/incident.html.j2", page, item=item, posted_at=posted_at, number=1, pages=1)


def test_history_shows_the_worst_status_when_a_milder_one_came_last(down):
    page = apply(down, c.PostUpdate("i", "u2", MONITORING, "x", api("degraded")), at=NOW - 2 * HOUR)
    chips = [
        [status for _, _, status in view.affected]
        for views in (incident_views, history_views)
        for view in views(page, [page.incidents["i"]])
    ]
    assert chips == [[Status.DEGRADED], [Status.OUTAGE]]
    over = apply(page, c.PostUpdate("i", "u3", RESOLVED, "x", api("degraded")), at=NOW)
    (past,) = page_view(over, NOW.date()).past
    assert [chip.status for chip in past.chips] == [Status.OUTAGE]


def test_longest_incident_is_first_when_it_ended_last(page):
    # given an incident of three weeks, and fifty short ones since
    page = apply(page, c.OpenIncident("i_long", "u", "Long"), at=NOW - 500 * HOUR)
    for number in range(TIMELINE_MAX):
        at, id_ = NOW - (100 - number) * MINUTE, f"i_{number}"
        blip = c.OpenIncident(id_, f"u_{number}", "Blip")
        page = apply(page, blip, c.PostUpdate(id_, f"v_{number}", RESOLVED), at=at)
    # when fifty are there, then nothing is said of a limit
    view = page_view(page, NOW.date())
    assert (len(view.past), view.is_past_cut) == (TIMELINE_MAX, False)
    assert "Only the newest" not in plain("page/index.html.j2", page)
    # when the long one ends, then it is the first, and the limit and the order are stated
    page = apply(page, c.PostUpdate("i_long", "u_end", RESOLVED), at=NOW)
    view = page_view(page, NOW.date())
    assert (view.past[0].id, len(view.past)) == ("i_long", TIMELINE_MAX)
    sentence = f"Only the newest {TIMELINE_MAX} of these days are shown, newest end first."
    assert sentence in plain("page/index.html.j2", page)


def test_report_of_the_past_is_dated_right_when_it_is_resolved(page):
    report = c.OpenIncident("i", "u1", "An hour", None, "It was.", api("outage"), RESOLVED)
    began_at = NOW - 240 * HOUR
    report = replace(report, started_at=began_at, resolved_at=began_at + HOUR)
    text = permalink(apply(page, report, at=NOW))
    assert "lasted 1 h · ended 13 Nov 2026, 13:00 UTC" in text
    assert "Resolved · 23 Nov 2026, 12:00 UTC" in text
    footer = text.rpartition("Posted ")[2]
    assert footer.startswith(
        "23 Nov 2026, 12:00 UTC · began 13 Nov 2026, 12:00 UTC"
        " · ended 13 Nov 2026, 13:00 UTC · lasted 1 h"
    )


def test_duration_is_that_of_all_intervals_when_it_was_reopened(down):
    page = apply(down, c.PostUpdate("i", "u2", RESOLVED), at=NOW - 4 * HOUR)
    page = apply(page, c.PostUpdate("i", "u3", MONITORING), at=NOW - HOUR)
    page = apply(page, c.PostUpdate("i", "u4", RESOLVED), at=NOW)
    assert permalink(page).count("lasted 2 h") == 2


def test_both_times_of_an_update_are_told_when_they_differ(down):
    late = c.PostUpdate("i", "u2", MONITORING, "Text", occurred_at=NOW - 2 * HOUR)
    page = apply(down, late, at=NOW)
    page = apply(page, c.EditUpdate("i", "u2", "Better."), at=NOW + HOUR)
    said = "Monitoring · 23 Nov 2026, 10:00 UTC"
    posted, edited = "posted 23 Nov 2026, 12:00 UTC", "edited 23 Nov 2026, 13:00 UTC"
    assert f"{said} · {posted} · {edited}" in permalink(page)
    # and nothing is told twice
    assert "Investigating · 23 Nov 2026, 07:00 UTC We look." in permalink(page)


@pytest.fixture
def window(page):
    plan = c.ScheduleMaintenance("i", "u1", "Disks", NOW - HOUR, NOW + HOUR, "Soon.", ("api",))
    return apply(page, plan, at=NOW - 20 * HOUR)


def test_maintenance_never_began_when_it_was_called_off(window):
    page = apply(window, c.PostUpdate("i", "u2", RESOLVED, "Not today."), at=NOW - 2 * HOUR)
    text = permalink(page)
    assert "Called off" in text
    assert "Was planned for 23 Nov 2026, 11:00 UTC (2 h)" in text
    assert "called off 23 Nov 2026, 10:00 UTC" in text
    for word in ("egan", "asted", "nded"):
        assert word not in text


def test_maintenance_tells_its_real_times_when_it_is_over(window):
    page = apply(window, c.StartMaintenance("i", "u2"), at=NOW - HOUR / 2)
    page = apply(page, c.FinishMaintenance("i", "u3"), at=NOW)
    assert "Began 23 Nov 2026, 11:30 UTC Ended 23 Nov 2026, 12:00 UTC (lasted 30 min)" in permalink(
        page
    )


def test_a_card_tells_the_state_of_now_when_the_message_that_gave_it_was_deleted(down):
    # Given an incident that is watched, and whose last message was deleted
    watch = c.PostUpdate("i", "u2", MONITORING, "We watch.")
    page = apply(down, watch, c.DeleteUpdate("i", "u2"), at=NOW - 4 * HOUR)

    # When its page is read
    html = render_document("page/index.html.j2", page_view(page, NOW.date()), "1")

    # Then it is watched now, and the older message is what it was
    (card,) = Reading(html.decode()).articles("active")
    states = [" ".join(e.text.split()) for e in card if e.tag == "b"]
    assert states == ["Monitoring", "Investigating"]
