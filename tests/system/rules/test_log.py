"""The log, its order and its drains, where nothing breaks.

Source: docs/architecture.md, "The message is a doorbell", "Commit order is seq order",
"A busy stream yields" and "A drain loads recent history".
"""

import itertools

import pytest

from domain.page.commands import ChangePage, SetStatus
from domain.status import Status
from domain.store.broker import OUTSTANDING_MS
from domain.store.redis import keys
from tests.support.faults.breaking import HEALS_S, SOON_S, Behind, at_once, receipt_id
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

WRITERS, EACH = 20, 5


def test_command_is_applied_by_itself_when_nobody_rings(system, actors):
    # given a page, and a command that is in the log without anybody having rung
    page = actors.page("API")
    vi = actors.visitor(page)
    Behind(system).append(page.id, SetStatus("api", Status.OUTAGE))
    # then the sweep finds it
    vi.wait_for(lambda shown: shown["components"][0]["status"] == "outage", "it shows", HEALS_S)


def test_command_is_applied_by_itself_when_an_outstanding_ring_was_lost(system, actors):
    # given a page whose doorbell is said to be on its way, and is not
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    Behind(system).redis.set(keys.ring_key(page.id), "1", px=OUTSTANDING_MS)
    # when Mon writes, then that is acknowledged, and the sweep repairs
    assert mon.toggle("api", "outage").status_code in {200, 202}
    vi.wait_for(lambda shown: shown["components"][0]["status"] == "outage", "it shows", HEALS_S)


def test_order_of_acknowledgement_is_order_of_application_when_twenty_write(system, actors):
    # given an incident, and two web processes
    page = actors.page("API")
    mons = [actors.monitor(page, web=web) for web in (0, 1)]
    incident = mons[0].open().json()["data"]["id"]

    # when 20 writers say five things each
    def say(number):
        mon = mons[number % 2]
        return [mon.update(incident, "monitoring", body=f"{number}.{n}") for n in range(EACH)]

    answers = list(itertools.chain(*at_once(WRITERS, say)))
    # then every word was acknowledged, and none is lost
    assert {answer.status_code for answer in answers} <= {201, 202}
    behind = Behind(system)
    for answer in answers:
        behind.wait_for(receipt_id(answer), "published")
    rows = behind.sql(
        "SELECT c.seq, c.received_at, u.position FROM commands c"
        " JOIN updates u ON u.id = c.payload->>'update_id'"
        " WHERE u.incident_id = :id ORDER BY c.seq",
        id=incident,
    )
    assert len(rows) == WRITERS * EACH
    # and seqs have no gaps, times never go back, and the timeline has the order of the log
    assert [row.seq for row in rows] == list(range(rows[0].seq, rows[0].seq + len(rows)))
    assert [row.received_at for row in rows] == sorted(row.received_at for row in rows)
    assert [row.position for row in rows] == list(range(len(rows)))


def test_receipts_tell_the_order_of_the_log_when_writes_follow_each_other(actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    answers = [mon.toggle("api", status) for status in ("degraded", "outage", "operational")]
    receipts = [mon.get(answer.headers["location"]).json()["data"] for answer in answers]
    accepted = [receipt["acceptedAt"] for receipt in receipts]
    assert accepted == sorted(accepted)
    for receipt in receipts:
        assert receipt["state"] == "published"
        assert receipt["refusal"] is None
        assert receipt["acceptedAt"] <= receipt["appliedAt"] <= receipt["publishedAt"]


def test_time_never_goes_back_when_the_clock_did(system, actors):
    # given a page whose last command came at a time that is yet to come
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    behind.sql(
        "UPDATE streams SET last_at = date_trunc('day', now()) + interval '2 days' WHERE id = :id",
        id=page.id,
    )
    # when two commands follow, then each is later than what was before it
    for status in ("outage", "operational"):
        mon.toggle("api", status)
    rows = behind.sql(
        "SELECT received_at - date_trunc('day', now()) > interval '2 days' AS is_later, received_at"
        " FROM commands WHERE stream_id = :id ORDER BY seq DESC LIMIT 2",
        id=page.id,
    )
    assert [row.is_later for row in rows] == [True, True]
    assert rows[0].received_at > rows[1].received_at


@pytest.mark.parametrize(
    ("way", "code"),
    [("disable", "KEY_DISABLED"), ("rotate", "BAD_KEY"), ("delete", "BAD_KEY")],
)
def test_key_writes_nothing_any_more_when_it_was_taken_away(system, actors, way, code):
    # given a key that two web processes have seen
    page = actors.page("API")
    key = page.key()
    mons = [actors.caller(web=web, Authorization=f"Bearer {key['key']}") for web in (0, 1)]
    toggle = ("/api/v1/status-api/components/api/status", {"status": "outage"})
    assert [mon.post(*toggle).status_code for mon in mons] == [200, 200]
    # when Ada takes it away at one of them
    path = f"{page.path}/keys/{key['id']}"
    calls = {
        "disable": lambda: page.owner.patch(path, {"disabled": True}),
        "rotate": lambda: page.owner.post(f"{path}/rotate"),
        "delete": lambda: page.owner.delete(path),
    }
    assert calls[way]().status_code == 200
    head = Behind(system).head(page.id)
    # then it opens nothing at either, and nothing was written
    for mon in mons:
        answer = mon.post(*toggle)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert Behind(system).head(page.id) == head


def test_closed_stream_takes_no_command_when_its_page_is_deleted(system, actors):
    # given a deleted page
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    assert page.owner.delete(page.path).status_code == 200
    head = behind.head(page.id)
    # then neither its key nor its owner nor the system itself can write to it
    assert mon.toggle("api", "outage").json()["code"] == "BAD_KEY"
    assert page.owner.patch(page.path, {"name": "Back"}).status_code == 404
    with pytest.raises(AssertionError, match="closed"):
        behind.append(page.id, ChangePage("Back"))
    # and the stream stays, closed, as it was
    assert behind.head(page.id) == head


def test_drains_take_turns_when_one_page_has_much_to_do(system, actors):
    # given more commands than one drain may take
    page = actors.page("API")
    behind = Behind(system)
    statuses = itertools.islice(itertools.cycle((Status.OUTAGE, Status.DEGRADED)), 450)
    ids = behind.append(page.id, *(SetStatus("api", status) for status in statuses))
    # then all are applied, in several transactions, each of which was published
    behind.wait_for(ids[-1], "published")
    rows = behind.sql(
        "SELECT outcome, count(*) AS number, count(DISTINCT xmin::text) AS transactions"
        " FROM commands WHERE id = ANY(:ids) GROUP BY outcome",
        ids=ids,
    )
    assert [(row.outcome, row.number) for row in rows] == [("applied", 450)]
    assert rows[0].transactions >= 3
    assert actors.visitor(page).statuses() == {"API": "degraded"}


def test_old_incident_can_be_reopened_when_it_left_the_aggregate(system, actors):
    # given an incident that was resolved two months ago
    page = actors.page("API")
    mon, vi, behind = actors.monitor(page), actors.visitor(page), Behind(system)
    incident = mon.open("Long ago").json()["data"]["id"]
    mon.update(incident, "resolved")
    behind.sql(
        "UPDATE incidents SET started_at = now() - interval '61 days',"
        " resolved_at = now() - interval '60 days' WHERE id = :id",
        id=incident,
    )
    mon.toggle("api", "operational")
    assert "Long ago" not in vi.get("/").text
    # when Mon says more of it, then it is found and shown
    assert mon.update(incident, "monitoring", body="again").status_code == 201
    assert [shown["id"] for shown in vi.json()["incidents"]] == [incident]


def test_downtime_counts_when_its_incident_left_the_aggregate(system, actors):
    # given a leaf of 80 days with a claim of 40 days ago, of an incident that is not loaded
    page = actors.page("API")
    mon, vi, behind = actors.monitor(page), actors.visitor(page), Behind(system)
    given = [{"component": "api", "status": "outage"}]
    incident = mon.open("Long ago", components=given).json()["data"]["id"]
    mon.update(incident, "resolved")
    assert vi.json()["components"][0]["uptime"] is None
    behind.sql(
        "UPDATE components SET created_at = now() - interval '80 days' WHERE page_id = :id",
        id=page.id,
    )
    behind.sql(
        "UPDATE incidents SET resolved_at = now() - interval '40 days' WHERE id = :id", id=incident
    )
    behind.sql(
        "UPDATE claims SET from_at = now() - interval '44 days',"
        " until_at = now() - interval '40 days' WHERE incident_id = :id",
        id=incident,
    )
    # when the page is published again, then a 20th of its time was downtime
    mon.toggle("api", "degraded")
    wait_until(lambda: vi.json()["components"][0]["uptime"] is not None, "uptime", SOON_S)
    assert 94.5 < vi.json()["components"][0]["uptime"] < 95.5
