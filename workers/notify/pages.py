"""Pages for senders: loaded once for all messages about the same state."""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Final

from domain.page.state import Page
from domain.store.postgres.engine import Connection
from domain.store.postgres.load import load_page, read_applied_seq

PAGES_MAX: Final = 16
_lock = Lock()
_pages: OrderedDict[str, tuple[int, frozenset[str], Page]] = OrderedDict()


def load_current_page(conn: Connection, page_id: str, incident_ids: Iterable[str]) -> Page:
    """Return the present page with these incidents; load it only after a change."""
    all_ids = frozenset(incident_ids)
    seq = read_applied_seq(conn, page_id)
    with _lock:
        kept_seq, ids, page = _pages.get(page_id, (None, all_ids, None))
    if page is None or kept_seq != seq or not all_ids <= ids:
        page, kept_seq = load_page(conn, page_id, all_ids, parts=())
        keep_page(page_id, kept_seq, all_ids, page)
    return page


def keep_page(page_id: str, seq: int, ids: frozenset[str], page: Page) -> None:
    """Keep a page for the next message, `PAGES_MAX` pages at most."""
    with _lock:
        _pages[page_id] = (seq, ids, page)
        _pages.move_to_end(page_id)
        if len(_pages) > PAGES_MAX:
            _pages.popitem(last=False)
