"""A system whose Postgres is killed or frozen.

Source: docs/architecture.md, "A bad command fails alone"; docs/behaviour.md, "Idempotency" and
"Failures".
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import make_url, text

from tests.support.faults.breaking import SOON_S, Behind
from tests.support.stack import System, wait_until

pytestmark = pytest.mark.system

OPEN = "/api/v1/status-api/incidents"


@pytest.fixture(scope="module")
def system(tmp_path_factory, stack_template):
    """A system of this module's own; every test mends what it broke."""
    with System(tmp_path_factory.mktemp("postgres"), template=stack_template) as system:
        yield system.start_all(webs=1)


def test_nothing_is_lost_or_settled_wrongly_when_postgres_is_killed(system, actors):
    # given a page that visitors see
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    before = vi.json()
    assert mon.open("Before").status_code == 201
    # when Postgres is killed
    system.stack.postgres.child.kill()
    try:
        # then visitors are served, and nothing of it is stale
        shown = vi.get("/status.json")
        assert (shown.status_code, len(shown.json()["incidents"])) == (200, 1)
        assert "x-hepstatus-copy" not in shown.headers
        # and writes are refused at once: not accepted, or not known whether
        answers = []
        for number in range(5):
            began_at = time.monotonic()
            answers.append(mon.post(OPEN, {"title": f"During {number}"}))
            assert time.monotonic() - began_at < 5
        assert {answer.status_code for answer in answers} == {503}
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
        assert answers[-1].json()["code"] == "UNAVAILABLE"
        assert page.owner.get(page.path).json()["code"] == "UNAVAILABLE"
    finally:
        system.stack.postgres.restart()
    # when it is back, then writes work again without anybody's restart
    wait_until(lambda: mon.open("After").status_code in {201, 202}, "writes work", SOON_S)
    vi.wait_for(lambda s: "After" in {i["name"] for i in s["incidents"]}, "it shows", SOON_S)
    # and nothing is there that was refused, and nothing was settled as failed
    names = {incident["name"] for incident in vi.json()["incidents"]}
    refused = {f"During {n}" for n, a in enumerate(answers) if a.json()["code"] == "UNAVAILABLE"}
    assert refused
    assert not names & refused
    assert "Before" in names
    assert not Behind(system).sql("SELECT 1 FROM commands WHERE outcome = 'failed'")
    assert vi.json()["components"] == before["components"]


def test_write_is_there_once_when_nobody_knew_whether_it_was(system, actors):
    # given a write during which Postgres stands still
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    body, once = {"title": "Once"}, {"Idempotency-Key": "once"}
    system.stack.postgres.child.freeze()
    try:
        began_at = time.monotonic()
        answer = mon.post(OPEN, body, headers=once)
        assert time.monotonic() - began_at < 12
        # then nobody can tell whether it is in the log, and the answer says so
        assert (answer.status_code, answer.json()["code"]) == (503, "UNKNOWN")
        assert "Idempotency-Key" in answer.json()["error"]
        assert vi.get("/").status_code == 200
        # and an orchestrator is told soon, over a connection that stands still as well
        began_at = time.monotonic()
        ready = actors.caller().get("/readyz")
        assert time.monotonic() - began_at < 5
        assert (ready.status_code, ready.json()["log"]) == (503, "does not answer")
    finally:
        system.stack.postgres.child.thaw()
    # when it is repeated, then it is there, once
    wait_until(
        lambda: mon.post(OPEN, body, headers=once).status_code == 201, "it is written", SOON_S
    )
    shown = vi.json()["incidents"]
    assert [incident["name"] for incident in shown] == ["Once"]
    assert mon.post(OPEN, body, headers=once).json()["data"]["id"] == shown[0]["id"]


def test_nothing_is_lost_or_settled_wrongly_when_postgres_takes_no_writes(system, actors):
    # given a page, and a command that waits
    page = actors.page("API")
    mon, vi, behind = actors.monitor(page), actors.visitor(page), Behind(system)
    assert mon.open("Before").status_code == 201
    # when Postgres is read-only for everybody: a standby took over, or storage is nearly full
    take_writes(system, behind, "off")
    try:
        # then a write is not accepted, and a visitor is served
        answers = [mon.post(OPEN, {"title": "During"}) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {503}
        assert answers[-1].json()["code"] == "UNAVAILABLE"
        assert vi.get("/").status_code == 200
    finally:
        take_writes(system, behind, "on")
    # when it takes writes again, then so do we, on connections of our own accord
    wait_until(lambda: mon.open("After").status_code == 201, "writes work", SOON_S)
    assert {incident["name"] for incident in vi.json()["incidents"]} == {"Before", "After"}
    assert not behind.sql("SELECT 1 FROM commands WHERE outcome = 'failed'")


def test_reads_and_writes_do_not_meet_connections_that_postgres_ended(system, actors):
    # given an owner whose questions came over several connections at once
    page, behind = actors.page("API"), Behind(system)
    mon = actors.monitor(page)
    assert mon.open("Before").status_code == 201
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: page.owner.get(page.path), range(32)))
    # when Postgres ends them all
    end_sessions(behind)
    # then whoever asks next is answered, and not one of them is told to come again
    answers = [page.owner.get(page.path).status_code for _ in range(10)]
    answers.append(mon.open("After").status_code)
    assert answers == [200] * 10 + [201]


def take_writes(system, behind, word):
    """Let the sessions of the system write or not; those that can are ended, the others stay."""
    name = make_url(system.urls.database_url).database
    read_only = {"on": "off", "off": "on"}[word]
    with behind.engine.begin() as conn:
        conn.execute(text("SET TRANSACTION READ WRITE"))
        conn.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = {read_only}"))
    if read_only == "on":
        end_sessions(behind)


def end_sessions(behind):
    """End every session of the system, as an administrator or a restart does, and see them gone."""
    behind.sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
