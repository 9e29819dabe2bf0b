"""Lists of incidents: newest first, and never more text than an answer may hold."""

import pytest
from sqlalchemy import text

from domain.page.commands import OpenIncident
from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.incidents import LIST_TEXT_BYTES, ListPosition, incidents_after
from tests.support.drained_page import DrainedPage

pytestmark = pytest.mark.usefixtures("store")

COUNT = 5


@pytest.fixture
def page():
    """A page with some incidents of a short message each."""
    page = DrainedPage()
    for number in range(COUNT):
        page.append(OpenIncident(new_id("i"), new_id("u"), f"No. {number}", body="Words."))
    page.drain()
    return page


def pages_of(page, limit):
    """The titles of the list, a part at a time, as somebody reads it to its end."""
    parts, after = [], None
    while not parts or after:
        with sync_engine().connect() as conn:
            found = incidents_after(conn, page.id, None, after, limit)
        parts.append([incident.title for incident in found.incidents])
        last = found.incidents[-1]
        after = ListPosition(last.started_at, last.id) if found.has_more else None
    return parts


def let_messages_be(page, size):
    with sync_engine().begin() as conn:
        conn.execute(
            text("UPDATE updates SET body = repeat('x', :size) WHERE page_id = :id"),
            {"size": size, "id": page.id},
        )


def test_list_has_so_many_when_messages_are_short(page):
    newest_first = [f"No. {number}" for number in reversed(range(COUNT))]
    assert pages_of(page, COUNT) == [newest_first]
    assert pages_of(page, 2) == [newest_first[:2], newest_first[2:4], newest_first[4:]]


def test_list_ends_early_and_goes_on_when_messages_are_long(page):
    # given messages of which two fill a list
    let_messages_be(page, LIST_TEXT_BYTES * 2 // 3)
    # when the list is read to its end, then nothing is missing
    assert pages_of(page, 100) == [["No. 4", "No. 3"], ["No. 2", "No. 1"], ["No. 0"]]


def test_list_has_one_at_least_when_that_fills_it(page):
    let_messages_be(page, LIST_TEXT_BYTES + 1)
    assert pages_of(page, 100) == [[f"No. {number}"] for number in reversed(range(COUNT))]
