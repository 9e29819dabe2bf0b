"""Subscribers over a backup: nothing old is sent, and whoever left stays away.

Source: docs/behaviour.md, "Consent and leaving" and "Privacy of subscribers".
"""

import pytest
from sqlalchemy import text

from domain.notifications.choices import Channel
from domain.page import commands as c
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications.subscribers import leave
from tests.support.drained_page import DrainedPage
from tests.support.inside import inside
from tests.support.subscribing import Recorder, claim, expand, subscribe
from tests.system.test_backup import hepstatus, migrated_database
from workers.notify.deliver import deliver

pytestmark = pytest.mark.system


def rows(statement, **values):
    with sync_engine().begin() as conn:
        return list(conn.execute(text(statement), values))


def leave_now(*ids):
    with sync_engine().begin() as conn:
        for id_ in ids:
            assert leave(conn, id_)


def send_all(page):
    recorder = Recorder()
    expand()
    for recipient in claim(page.id):
        deliver(recipient, recorder)
    return len(recorder.messages)


@pytest.fixture
def told(store, tmp_path):
    """A page with three subscribers, one of whom left before its backup and one after."""
    page = DrainedPage("api")
    before, after, _ = (subscribe(page.id, channel=Channel.EMAIL) for _ in range(3))
    leave_now(before)
    page.append(c.OpenIncident("i_" + page.id, "u_" + page.id, "Down", None, "We look."))
    page.drain()
    expand()
    backup = tmp_path / "one.backup"
    assert hepstatus(store, "backup", str(backup)).returncode == 0
    leave_now(after)
    left = tmp_path / "left"
    left.write_text(hepstatus(store, "mail", "left").stdout)
    assert left.read_text().count(page.id) == 2
    return page, backup, left


def restored(store, *arguments):
    env = {"DATABASE_URL": migrated_database(store)}
    done = hepstatus(store, "restore", *arguments, env=env)
    assert done.returncode == 0, done.stderr
    return env, done.stdout


def subscribers_of(page):
    [(count,)] = rows("SELECT count(*) FROM subscribers WHERE page_id = :id", id=page.id)
    return count


def test_nothing_old_is_sent_and_who_left_stays_away_when_a_backup_is_restored(store, told):
    page, backup, left = told
    env, _ = restored(store, str(backup), "--left", str(left))
    with inside(store, env):
        # who left after the backup is gone, what waited is not sent
        assert (subscribers_of(page), send_all(page)) == (1, 0)
        # and a new event is
        rows("UPDATE subscribers SET confirmed_at = now() - interval '1 hour' RETURNING id")
        page.append(c.PostUpdate("i_" + page.id, "u2_" + page.id, c.IncidentState.RESOLVED, "Ok"))
        page.drain()
        assert send_all(page) == 1


def test_nothing_is_restored_when_the_file_is_not_of_those_who_left(store, told, tmp_path):
    _, backup, left = told
    env = {"DATABASE_URL": migrated_database(store)}
    # given files of another kind, and one that lost the end of its last line
    cut = left.read_text().rstrip()[:-1]
    for number, content in enumerate((b"vi@example.com\n", b"\xff", cut.encode())):
        wrong = tmp_path / f"wrong{number}"
        wrong.write_bytes(content)
        done = hepstatus(store, "restore", str(backup), "--left", str(wrong), env=env)
        assert done.returncode == 1
        assert "is not what `hepstatus mail left` writes: nothing was restored." in done.stderr
    # then the right one can still be given
    done = hepstatus(store, "restore", str(backup), "--left", str(left), env=env)
    assert done.returncode == 0, done.stderr


def test_no_message_is_sent_until_unknown_leavings_are_accepted(store, told):
    page, backup, _ = told
    env, said = restored(store, str(backup), "--resend")
    assert "accept-unknown-left" in said
    with inside(store, env):
        assert (subscribers_of(page), send_all(page)) == (2, 0)
        assert hepstatus(store, "mail", "accept-unknown-left", env=env).returncode == 0
        assert send_all(page) == 2
