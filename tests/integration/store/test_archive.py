"""The archive: what is old leaves the log's table, readable still; what is not finished stays."""

from domain.page.commands import SetStatus
from domain.store.postgres.command_log import Authority
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.receipts import receipt_for
from domain.store.postgres.retention import archive_settled
from tests.support.drained_page import DrainedPage
from tests.support.statements import sql


def aged(page, seqs):
    """Let commands of a page be two years old."""
    sql(
        "UPDATE commands SET received_at = received_at - interval '2 years'"
        " WHERE stream_id = :id AND seq <= :seqs",
        id=page.id,
        seqs=seqs,
    )


def archive_all():
    with sync_engine().begin() as conn:
        while archive_settled(conn, 400, 10):
            pass


def audit(page):
    return sql("SELECT * FROM commands_ever WHERE stream_id = :id ORDER BY seq", id=page.id)


def test_audit_and_receipts_stay_when_old_commands_are_archived(store):
    # given a page with commands of two years ago, and some of today
    page = DrainedPage("API")
    page.append(SetStatus("API", "outage"))
    page.drain()
    head = page.head()
    aged(page, head - 1)
    before = audit(page)
    # when they are archived
    archive_all()
    # then the log holds what is recent, and together they are what was
    left = sql("SELECT seq FROM commands WHERE stream_id = :id", id=page.id)
    assert [row.seq for row in left] == [head]
    assert audit(page) == before
    # and a receipt of two years ago is readable for its owner, and nobody else
    with sync_engine().connect() as conn:
        found = receipt_for(conn, before[0].id, Authority("owner", page.account_id))
        assert found is not None
        assert (found.seq, found.state) == (1, "published")
        assert receipt_for(conn, before[0].id, Authority("owner", "a_nobody")) is None
    # and the page goes on
    page.append(SetStatus("API", "partial"))
    page.drain()
    assert page.published()[1]["components"][0]["status"] == "partial"


def test_commands_stay_when_they_are_old_but_not_finished(store):
    # given an old command that nobody drained, and one that is not published
    page = DrainedPage("API")
    page.append(SetStatus("API", "outage"))
    head = page.head()
    aged(page, head)
    archive_all()
    # then it is in the log still, and is applied like any other
    assert sql("SELECT seq FROM commands WHERE stream_id = :id", id=page.id) == [(head,)]
    page.drain()
    assert page.receipt(head).state == "published"


def test_only_a_few_are_moved_at_once_when_there_are_many(store):
    page = DrainedPage("A", "B", "C")
    aged(page, page.head())
    with sync_engine().begin() as conn:
        assert archive_settled(conn, 400, 2) <= 2
