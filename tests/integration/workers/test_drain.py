"""Drains on a real store, by example: poison, races, deletions, what is behind.

Source: docs/architecture.md, "One writer a stream", "A bad command fails alone",
"A publication never goes back" and "A deleted page leaves a tombstone".
"""

import threading
from datetime import timedelta
from unittest import mock

import pytest
from sqlalchemy import text

from domain.account.commands import RemovePage
from domain.page.commands import (
    AddComponent,
    ChangePage,
    OpenIncident,
    PostUpdate,
    SetStatus,
    StatusGiven,
)
from domain.results import Code, Outcome
from domain.status import IncidentState, Status
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.receipts import receipt_at
from domain.store.redis import publisher as artifacts
from domain.store.redis.publisher import Edition, Publication
from tests.support.drained_page import DrainedPage, all_behind, drain_all
from tests.support.faults.breaking import at_once
from workers import drain, page_stream
from workers import on_demand as cold
from workers.render import eager as hot

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def page():
    return DrainedPage("api")


def toggle(status):
    return SetStatus("api", Status(status))


def outcomes(page, seqs):
    return [page.receipt(seq).outcome for seq in seqs]


def shown(page):
    return [leaf["status"] for leaf in page.published()[1]["components"]]


def test_poison_stops_nothing_when_it_stands_between_good_commands(page):
    taken = next(iter(page.leaves.values()))
    other = DrainedPage("api")
    seqs = [
        page.append(toggle("degraded")),
        page.append_poison(),
        page.append(SetStatus("nobody", Status.OUTAGE)),
        other.append(toggle("degraded")),
        other.append(AddComponent(taken, "an id that another page uses")),
        other.append(toggle("outage")),
        page.append(toggle("partial")),
    ]
    for drained in (page, other):
        drained.drain()
    applied, failed = Outcome.APPLIED, Outcome.FAILED
    assert outcomes(page, [*seqs[:3], seqs[6]]) == [applied, failed, Outcome.REFUSED, applied]
    assert outcomes(other, seqs[3:6]) == [applied, failed, applied]
    assert (shown(page), shown(other)) == (["partial"], ["outage"])


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_order_holds_when_a_drain_takes_any_number_of_commands(page, limit):
    settings = mock.Mock(drain_limit=limit)
    seqs = [page.append(toggle(status)) for status in list(Status) * 2]
    with mock.patch.object(drain, "load_settings", return_value=settings):
        page.drain()
    times = [page.receipt(seq).applied_at for seq in seqs]
    assert times == sorted(times)
    assert shown(page) == ["outage"]


def test_every_command_is_settled_in_order_when_writers_and_drains_race(page):
    before = page.head()

    def work(number):
        if number % 2:
            return [page.append(toggle("outage" if n % 2 else "degraded")) for n in range(10)]
        return [drain.drain_stream(page.id) for _ in range(10)]

    at_once(8, work)
    page.heal()
    with sync_engine().connect() as conn:
        rows = conn.execute(
            text(
                "SELECT seq, outcome, applied_at, published_at FROM commands"
                " WHERE stream_id = :id AND seq > :before ORDER BY seq"
            ),
            {"id": page.id, "before": before},
        ).all()
    assert [row.seq for row in rows] == list(range(before + 1, before + 41))
    assert {row.outcome for row in rows} == {"applied"}
    assert all(row.published_at for row in rows)
    applied = [row.applied_at for row in rows]
    assert applied == sorted(applied)
    assert page.published()[0] == page.head()


def test_second_drain_leaves_at_once_when_another_holds_the_stream(page):
    seq, inside, done = page.append(toggle("outage")), threading.Event(), threading.Event()

    def slow_save(*arguments):
        inside.set()
        assert done.wait(20)
        return save(*arguments)

    save = page_stream.save_page
    with mock.patch.object(page_stream, "save_page", side_effect=slow_save):
        first = threading.Thread(target=drain.drain_stream, args=[page.id])
        first.start()
        assert inside.wait(20)
        drain.drain_stream(page.id)
        assert page.receipt(seq).outcome is None
        done.set()
        first.join(20)
    assert page.receipt(seq).state == "published"


def test_drain_looks_again_when_a_command_came_while_it_held_the_stream(page):
    # given a write that found the stream locked, its own drain gone
    save, rung = page_stream.save_page, []

    def save_while_another_writes(*arguments):
        page.append(toggle("outage"))
        return save(*arguments)

    page.append(toggle("degraded"))
    doorbell = mock.Mock(request_drain=lambda stream_id, **_: rung.append(stream_id))
    with (
        mock.patch.object(page_stream, "save_page", side_effect=save_while_another_writes),
        mock.patch.object(drain, "worker_task_sender", return_value=doorbell),
    ):
        drain.drain_stream(page.id)
    # then the drain that held it rings for it
    assert rung == [page.id]


def test_page_is_published_again_when_its_hash_is_gone_and_nothing_waits(page):
    before = page.fields()
    artifacts.cache_redis().delete(f"hep:page:{page.id}")
    page.drain()
    assert page.fields() == before


def test_same_bytes_come_back_when_everything_is_rebuilt_from_nothing(page):
    said = (StatusGiven("api", Status.PARTIAL),)
    page.append(OpenIncident("i_" + page.id, "u1_" + page.id, "T", None, "b", said))
    page.append(PostUpdate("i_" + page.id, "u2_" + page.id, IncidentState.MONITORING, "c", said))
    page.drain()
    before = page.fields()
    artifacts.cache_redis().flushdb()
    page.heal()
    assert page.fields() == before


def test_nothing_is_written_when_redis_was_emptied_during_the_drain(page):
    # given a drain that read the epoch, then Redis loses everything
    save = page_stream.save_page

    def save_and_flush(*arguments):
        artifacts.cache_redis().flushdb()
        artifacts.epoch()
        return save(*arguments)

    page.append(toggle("outage"))
    with mock.patch.object(page_stream, "save_page", side_effect=save_and_flush):
        page.drain()
    # then it publishes nothing into the new epoch, and the sweep does
    assert page.published() is None
    page.heal()
    assert shown(page) == ["outage"]


def test_page_is_behind_when_day_build_epoch_or_state_are_others(page):
    def is_behind():
        return page.id in all_behind()

    def note(assignment):
        with sync_engine().begin() as conn:
            conn.execute(text(f"UPDATE pages SET {assignment} WHERE id = :id"), {"id": page.id})

    assert not is_behind()
    for assignment in (
        "published_until = clock_timestamp()",
        "published_build = 'another'",
        "published_epoch = 'another'",
        "published_seq = published_seq - 1",
    ):
        note(assignment)
        assert is_behind(), assignment
        page.sweep()
        assert not is_behind(), assignment


def test_old_bytes_stay_beside_new_ones_when_an_artifact_can_not_be_rendered(page):
    # given a page whose badge can't be drawn any more
    before = page.fields()
    broken = {"badge.svg": mock.Mock(side_effect=ZeroDivisionError)}
    page.append(toggle("outage"))
    with mock.patch.dict(hot.RENDERERS, broken):
        page.drain()
    # then the badge is the old one, and everything else is new
    after = page.fields()
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] == before[name]} == {
        "day", "build", "csp", "badge.svg", "badge.svg|br", "badge.svg|gzip", "badge.parts",
        "notice",
    }  # fmt: skip


def test_tombstone_stays_when_a_late_publisher_comes_after_a_deletion(page):
    late = Edition(page.published()[0], artifacts.stored_edition(page.id).day, "build")
    page.append_to_account(RemovePage(page.id))
    drain_all(page.account_id)
    page.drain()
    assert page.fields().keys() == {"seq", "day", "build", "gone"}
    artifacts.publish(Publication(page.id, late, {"meta": b"{}"}), artifacts.epoch())
    assert "gone" in page.fields()
    assert not page.sweep()


def test_deleted_page_does_not_come_back_when_redis_was_emptied(page):
    page.append_to_account(RemovePage(page.id))
    drain_all(page.account_id)
    page.drain()
    artifacts.cache_redis().flushdb()
    page.heal()
    assert page.published() is None


def test_nothing_of_a_page_is_left_in_postgres_when_it_was_deleted(page):
    said = (StatusGiven("api", Status.PARTIAL),)
    page.append(OpenIncident("i_" + page.id, "u_" + page.id, "T", None, "b", said))
    page.append(SetStatus("api", Status.OPERATIONAL))
    page.drain()
    page.append_to_account(RemovePage(page.id))
    drain_all(page.account_id)
    page.drain()
    with sync_engine().connect() as conn:
        for table in ("components", "incidents", "updates", "claims", "keys", "shown_days"):
            count = f"SELECT count(*) FROM {table} WHERE page_id = :id"
            assert conn.execute(text(count), {"id": page.id}).scalar() == 0, table


def test_cause_fails_as_well_when_its_follow_up_can_not_be_saved(page):
    # given a deletion whose follow-up meets a defect of ours
    seq = page.append_to_account(RemovePage(page.id))
    drain_all(page.account_id)
    with mock.patch.object(page_stream, "decide", side_effect=ZeroDivisionError):
        page.drain()
    with sync_engine().connect() as conn:
        cause = receipt_at(conn, page.account_id, seq)
    assert (cause.state, cause.refusal.code) == ("failed", Code.FAILED)
    assert page.receipt(page.head()).state == "failed"


def test_old_incident_is_loaded_when_a_waiting_command_names_it(page):
    # given an incident that was resolved three weeks ago
    incident = "i_" + page.id
    said = (StatusGiven("api", Status.PARTIAL),)
    page.append(OpenIncident(incident, "u1_" + page.id, "Old", None, "b", said))
    page.append(PostUpdate(incident, "u2_" + page.id, IncidentState.RESOLVED))
    page.drain()
    with sync_engine().begin() as conn:
        for statement in (
            "UPDATE incidents SET resolved_at = resolved_at - :ago WHERE page_id = :id",
            "UPDATE claims SET from_at = from_at - :ago WHERE page_id = :id",
            "UPDATE claims SET until_at = until_at - :ago WHERE page_id = :id",
        ):
            conn.execute(text(statement), {"ago": timedelta(days=21), "id": page.id})
    # when it is reopened
    seq = page.append(PostUpdate(incident, "u3_" + page.id, IncidentState.MONITORING, "again"))
    page.drain()
    # then it is found, and shown
    assert page.receipt(seq).outcome is Outcome.APPLIED
    assert [i["id"] for i in page.published()[1]["incidents"]] == [incident]


def test_cold_artifact_stands_beside_the_hot_ones_until_something_is_published(page):
    cold.render(page.id, "badge.png")
    kept = page.fields()
    assert kept.get("badge.png", b"").startswith(b"\x89PNG") or b"libcairo2" in kept["badge.png!"]
    page.append(ChangePage(name="New"))
    page.drain()
    assert not {"badge.png", "badge.png!"} & page.fields().keys()
