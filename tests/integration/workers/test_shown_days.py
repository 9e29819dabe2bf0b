"""What was shown on a real page: stored by the drain, drawn in the bars, bounded, forgotten."""

import json
from datetime import timedelta

import pytest

from domain.page.commands import ChangePage, DeleteComponent, SetStatus
from domain.page.uptime.shown import DAY_ROWS, UptimeCounts
from domain.runtime.new_ids import new_id
from domain.runtime.template_loader import wording
from domain.status import Status
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.load import load_page
from domain.store.redis import publisher as artifacts
from tests.support.drained_page import DrainedPage
from tests.support.statements import sql
from workers import sweep

pytestmark = pytest.mark.usefixtures("store")

# A day of flapping must cost a page load less than its messages may.
LOAD_BYTES = 64 * 1024


@pytest.fixture
def page():
    return DrainedPage("API")


def toggle(page, *statuses):
    """Toggle one status after another, and drain."""
    for status in statuses:
        page.append(SetStatus("API", status))
    page.drain()


def flap(page, times):
    toggle(page, *[Status.OUTAGE, Status.OPERATIONAL] * times)


def stored(page):
    """The rows of each day that Postgres has of the page, and their size in bytes."""
    query = (
        "SELECT jsonb_array_length(rows), octet_length(rows::text) FROM shown_days"
        " WHERE page_id = :id ORDER BY day"
    )
    return [tuple(row) for row in sql(query, id=page.id)]


def earlier(page, days):
    """Move all that happened so far back by some days."""
    ago = {"ago": timedelta(days=days), "id": page.id}
    sql("UPDATE components SET created_at = created_at - :ago, status_at = status_at - :ago,"
        " origin_at = origin_at - :ago WHERE page_id = :id", **ago)  # fmt: skip
    for day, kept in sql("SELECT day, rows FROM shown_days WHERE page_id = :id", id=page.id):
        moved = [
            [status, origin, *sql("SELECT to_json(CAST(:a AS timestamptz) - :ago),"
                                  " to_json(CAST(:b AS timestamptz) - :ago)",
                                  a=from_at, b=until_at, ago=ago["ago"])[0], length]
            for status, origin, from_at, until_at, length in kept
        ]  # fmt: skip
        sql("UPDATE shown_days SET day = day - CAST(:days AS int), rows = CAST(:rows AS jsonb)"
            " WHERE page_id = :id AND day = :day",
            days=days, rows=json.dumps(moved), id=page.id, day=day)  # fmt: skip


def bar(page):
    """The page as HTML; whoever reads it finds the bar there."""
    return page.fields()["index.html"].decode()


def test_a_toggle_is_in_the_bar_when_it_is_over(page):
    # given a leaf that was out for a moment, and is well
    toggle(page, Status.OUTAGE)
    assert stored(page) == []
    toggle(page, Status.OPERATIONAL)
    # then today has an outage, though nothing is out and nobody claimed anything
    _, told = page.published()
    assert (told["status"]["indicator"], told["components"][0]["uptime"]) == ("operational", None)
    assert '<li class="outage" data-i="89">' in bar(page)
    assert ">Status changes</em>" in bar(page)
    # and a rebuild from nothing gives the same bytes
    before = page.fields()
    artifacts.cache_redis().flushdb()
    page.heal()
    assert page.fields() == before


def test_a_page_load_stays_small_when_a_leaf_flaps_more_often_than_is_kept(page):
    # given a leaf that flapped as often as its rows are kept one by one
    flap(page, DAY_ROWS)
    [(count, size)] = stored(page)
    assert (count, size < LOAD_BYTES) == (DAY_ROWS, True)
    # when it goes on, then there is one row a status, however often
    flap(page, 1)
    [folded] = stored(page)
    assert folded[0] == 1
    flap(page, DAY_ROWS)
    [later] = stored(page)
    assert later[0] == 1
    assert later[1] <= folded[1] + 8  # a longer length has more digits
    # and the page that the next drain reads is the one that was rendered
    with sync_engine().connect() as conn:
        [[[row]]] = [days.values() for days in load_page(conn, page.id)[0].shown_rows.values()]
    assert row.length < row.until_at - row.from_at


def test_the_percent_and_the_rule_change_when_the_setting_does(page):
    # given a leaf that was out for two days by a toggle, three days ago
    toggle(page, Status.OUTAGE)
    earlier(page, 2)
    toggle(page, Status.OPERATIONAL)
    earlier(page, 3)
    _, told = page.published()
    page.append(ChangePage(description="New"))
    page.drain()
    assert page.published()[1]["components"][0]["uptime"] == 100
    assert page.published()[1]["uptimeRule"] == wording()["uptime"]["incidents"]
    # when toggles count, then its percent falls, and both say why
    page.append(ChangePage(uptime_counts=UptimeCounts.ALL))
    page.drain()
    counted = page.published()[1]
    assert 50 < counted["components"][0]["uptime"] < 70
    assert counted["uptimeRule"] == wording()["uptime"]["all"]
    assert counted["version"] != told["version"]
    # and with incidents only it is what it was
    page.append(ChangePage(uptime_counts=UptimeCounts.INCIDENTS))
    page.drain()
    assert page.published()[1]["components"][0]["uptime"] == 100


def test_nothing_of_a_leaf_is_read_when_an_older_release_deleted_it(page):
    # given what a leaf showed, when a release that knows nothing of it deletes the leaf
    flap(page, 1)
    sql("DELETE FROM components WHERE page_id = :id", id=page.id)
    with sync_engine().connect() as conn:
        assert load_page(conn, page.id)[0].shown_rows == {}


def test_what_was_shown_is_deleted_with_its_leaf(page):
    flap(page, 1)
    page.append(DeleteComponent(page.leaves["API"]))
    page.drain()
    assert stored(page) == []


def test_what_was_shown_is_forgotten_after_92_days(page):
    # given days of a leaf that is gone, of which nothing else tells
    for days in (91, 93, 94):
        sql("INSERT INTO shown_days VALUES (:page, :leaf, CURRENT_DATE - :days, '[]')",
            page=page.id, leaf=new_id("c"), days=days)  # fmt: skip
    sweep.clean()
    assert len(stored(page)) == 1
