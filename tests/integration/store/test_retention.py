"""What leaves the log: refusals are shortened, then gone; likewise keys, streams, hosts."""

import json

import pytest

from domain.account.commands import AddPage, RemovePage
from domain.page.commands import PostUpdate, SetStatus, StatusGiven
from domain.results import Code, Outcome, Rejection
from domain.runtime.new_ids import new_id
from domain.status import IncidentState, Status
from domain.store.postgres.audit import ListPosition, read_audit
from domain.store.postgres.command_codec import KEPT_BYTES, KINDS
from domain.store.postgres.command_log import (
    Authority,
    Draft,
    Idempotency,
    Settlement,
    append,
    settle,
)
from domain.store.postgres.engine import sync_engine
from tests.support.drained_page import DrainedPage, drain_all
from tests.support.statements import sql
from web.api.audit import audit_view
from web.api.audit_sentences import sentence
from workers import sweep

pytestmark = pytest.mark.usefixtures("store")

# Long in every field, and of no incident that there is.
NOWHERE = PostUpdate(
    incident_id="i_nowhere" + "x" * 390,
    update_id=new_id("u"),
    state=IncidentState.MONITORING,
    body="An update that nobody will read. ü" * 290,
    components=tuple(StatusGiven("n" * 400, Status.OUTAGE) for _ in range(500)),
)


@pytest.fixture
def page():
    return DrainedPage("API")


def row_of(page, seq):
    (row,) = sql(
        "SELECT kind, outcome, refusal, payload::text, octet_length(payload::text) AS size"
        " FROM commands WHERE stream_id = :id AND seq = :seq",
        id=page.id,
        seq=seq,
    )
    return row


def test_little_is_kept_of_a_command_when_it_was_refused(page):
    # Given a refused command of a quarter of a megabyte
    seq = page.append(NOWHERE)
    assert row_of(page, seq).size > 200_000

    # When it is settled
    page.drain()

    # Then its kind, the refusal and 200 bytes of the rest are in the log
    row = row_of(page, seq)
    assert (row.kind, row.outcome, row.refusal["code"]) == ("PostUpdate", "refused", "NOT_FOUND")
    assert row.size <= KEPT_BYTES == 200
    assert json.loads(row.payload)["state"] == "monitoring"

    # And its receipt and the audit are readable
    assert page.receipt(seq).state == "refused"
    with sync_engine().connect() as conn:
        log = read_audit(conn, page.account_id, page.id, ListPosition(), 1)
    told = audit_view(log, None).items[0]
    assert (told.outcome, told.refusal.code) == ("refused", "NOT_FOUND")
    assert told.summary.startswith("Refused: ")
    assert "cut" not in told.details


def test_a_command_is_kept_as_it_is_when_it_is_short_or_was_applied(page):
    refused = page.append(SetStatus("Nobody", Status.OUTAGE))
    applied = page.append(SetStatus("API" + " " * 300, Status.OUTAGE))
    before = [row_of(page, seq).payload for seq in (refused, applied)]
    page.drain()
    assert [row_of(page, seq).payload for seq in (refused, applied)] == before
    assert [page.receipt(seq).state for seq in (refused, applied)] == ["refused", "published"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_audit_tells_of_every_command_when_nothing_of_its_payload_was_kept(kind):
    assert sentence(kind, {"cut": True}, {}, "refused").startswith("Refused: ")


def aged(table, condition, days, **values):
    """Let rows be so many days old."""
    column = {"commands": "received_at", "hosts": "freed_at", "streams": "last_at"}[table]
    sql(
        f"UPDATE {table} SET {column} = {column} - make_interval(days => :days) WHERE {condition}",
        days=days,
        **values,
    )


def test_refusals_leave_when_their_receipts_are_not_readable_any_more(page):
    # Given two refusals and an applied command, each past the days of a receipt but one refusal
    seqs = [page.append(SetStatus(name, Status.OUTAGE)) for name in ("Nobody", "API", "No one")]
    page.drain()
    aged("commands", "stream_id = :id AND seq < :last", 31, id=page.id, last=seqs[-1])
    aged("commands", "stream_id = :id AND seq = :last", 29, id=page.id, last=seqs[-1])

    # When it is cleaned up
    sweep.clean()

    # Then the older refusal is gone, and nothing else is
    left = sql("SELECT seq FROM commands WHERE stream_id = :id AND seq >= :first ORDER BY seq",
               id=page.id, first=seqs[0])  # fmt: skip
    assert [row.seq for row in left] == seqs[1:]


def test_nothing_is_left_of_a_stream_when_its_page_was_deleted_long_ago(page):
    # Given pages that were deleted, one of them a month ago
    recent = DrainedPage("API")
    for each in (page, recent):
        each.append_to_account(RemovePage(each.id))
        drain_all(each.account_id)
        each.drain()
    aged("streams", "id = :id", 31, id=page.id)

    # When it is cleaned up
    sweep.clean()

    # Then the older one's stream is gone, and the account's own stays
    counts = (
        "SELECT (SELECT count(*) FROM commands_ever WHERE stream_id = :id), count(*) FROM streams"
    )
    assert sql(f"{counts} WHERE id = :id", id=page.id) == [(0, 0)]
    assert sql(f"{counts} WHERE id = :id", id=recent.id)[0][1] == 1
    assert sql(f"{counts} WHERE id = :id", id=page.account_id)[0][1] == 1


def hosts_left(*hosts):
    rows = sql("SELECT host FROM hosts WHERE host = ANY(:hosts)", hosts=list(hosts))
    return {row.host for row in rows}


def test_a_free_host_leaves_when_nobody_took_it_for_thirty_days(page):
    # Given hosts that were freed: long ago, lately, by the release before, and one taken again
    long_ago, lately, unsaid, again = (new_id("p") for _ in range(4))
    names = {id_: f"{id_[2:]}.localhost" for id_ in (long_ago, lately, unsaid, again)}
    for id_, host in names.items():
        page.append_to_account(AddPage(id_, "Acme", host))
        page.append_to_account(RemovePage(id_))
    other = new_id("p")
    page.append_to_account(AddPage(other, "Acme", names[again]))
    drain_all(page.account_id)
    for id_, days in ((long_ago, 31), (lately, 29)):
        aged("hosts", "host = :host", days, host=names[id_])
    sql("UPDATE hosts SET freed_at = NULL WHERE host = :host", host=names[unsaid])
    assert sql("SELECT freed_at FROM hosts WHERE host = :host", host=names[again]) == [(None,)]

    # When it is cleaned up
    sweep.clean()

    # Then only the first is gone; of the one that nobody timed the time runs from now on
    assert hosts_left(*names.values()) == {names[lately], names[unsaid], names[again]}
    assert sql("SELECT freed_at FROM hosts WHERE host = :host", host=names[unsaid]) != [(None,)]


def test_a_long_path_is_remembered_when_it_is_written_with_a_key(page):
    once = Idempotency("POST /" + "%E4%B8%AD" * 20_000, "again", b"hash")
    draft = Draft(
        new_id("r"), SetStatus("API", Status.OUTAGE), Authority("system", "t"), page.id, once
    )
    with sync_engine().begin() as conn:
        assert append(conn, draft) is not None
    (use,) = sql("SELECT scope, key FROM idempotency WHERE command_id = :id", id=draft.id)
    assert (use.scope, len(use.key)) == ("", 64)


def test_batches_end_when_nothing_is_left_to_forget():
    left = [3, 2, 0]
    sweep.forget_in_batches(lambda _conn, _limit: left.pop(0), 60)
    assert left == []


def test_little_is_kept_of_a_refusal_when_every_field_is_long(page):
    # Given a command whose shortest field has more bytes than are kept
    seq = page.append(NOWHERE)
    sql(
        "UPDATE commands SET payload = jsonb_build_object('body', repeat('中', 300), 'all',"
        " jsonb_build_array(repeat('b', 300))) WHERE stream_id = :id AND seq = :seq",
        id=page.id,
        seq=seq,
    )
    refused = Settlement(seq, Outcome.REFUSED, Rejection(Code.NOT_FOUND, "There is none."))
    with sync_engine().begin() as conn:
        settle(conn, page.id, [refused])
    assert row_of(page, seq).payload == '{"cut": true}'
