"""Drains that meet at a command which can't be saved, on a real store.

Source: docs/architecture.md, "A bad command fails alone".
"""

from unittest import mock

import pytest
from sqlalchemy import text

from domain.page.commands import AddComponent, SetStatus
from domain.results import Outcome
from domain.status import Status
from domain.store.postgres.engine import SESSION, DBAPIError, sync_engine
from tests.support.drained_page import DrainedPage
from tests.support.stack import wait_until
from workers import drain, page_stream

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def page():
    return DrainedPage("api")


def test_good_command_is_not_failed_when_another_drain_has_failed_the_bad_one(page):
    # given a bad command before a good one, and a drain that has seen the bad one fail alone
    theirs = next(iter(DrainedPage("theirs").leaves.values()))
    bad = page.append(AddComponent(theirs, "Stolen"))
    good = page.append(SetStatus("api", Status.OUTAGE))
    fail_alone = drain.fail_alone

    def another_is_faster(stream_id, seq):
        fail_alone(stream_id, seq)
        return fail_alone(stream_id, seq)

    # when another settles that one before it does
    with mock.patch.object(drain, "fail_alone", side_effect=another_is_faster):
        drain.drain_stream(page.id)
    page.drain()
    # then the next one is not settled in its place
    assert [page.receipt(seq).outcome for seq in (bad, good)] == [Outcome.FAILED, Outcome.APPLIED]
    assert page.published()[1]["components"][0]["status"] == "outage"


def test_good_command_is_not_failed_when_postgres_ends_its_idle_drain(page):
    # given a drain that stands still in the middle of its transaction, past Postgres' patience
    save = page_stream.save_page

    def save_too_late(conn, *arguments):
        conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 50"))
        pid = conn.connection.driver_connection.info.backend_pid
        wait_until(lambda: not is_there(pid), "Postgres has ended it")
        return save(conn, *arguments)

    seq = page.append(SetStatus("api", Status.OUTAGE))
    with mock.patch.object(page_stream, "save_page", save_too_late), pytest.raises(DBAPIError):
        drain.drain_stream(page.id)
    # then nothing is settled, and the next drain applies it
    assert page.receipt(seq).outcome is None
    page.drain()
    assert page.receipt(seq).outcome is Outcome.APPLIED


def is_there(pid):
    with sync_engine().connect() as conn:
        found = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
        return bool(conn.execute(found, {"pid": pid}).scalar())


def test_every_session_has_its_limits_when_it_begins():
    # given what Postgres says of a connection of ours; the keepalives are its socket's own
    with sync_engine().connect() as conn:
        said = dict(conn.execute(text("SELECT lower(name), setting FROM pg_settings")).all())
    # then that is what we asked for
    assert {name: said[name] for name in SESSION} == {n: str(v) for n, v in SESSION.items()}
