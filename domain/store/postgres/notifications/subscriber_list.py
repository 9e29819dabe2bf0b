"""The owner's list of subscribers: reading, additions, removals and imports.

Every change is noted by number, never by address. Source: docs/behaviour.md, "Consent and leaving".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from domain.notifications.choices import Channel, Choices, Kinds, Source, Updates
from domain.runtime.new_ids import new_id
from domain.status import Impact
from domain.store.postgres.notifications.subscribers import (
    SubscribersFullError,
    Subscription,
    confirm,
    has_left,
    has_room,
    leave,
    left_hashes,
    subscribe,
)
from domain.store.postgres.rows import to_dataclass

ADDED, REMOVED, IMPORTED, RELEASED = (
    *("AddSubscribers", "RemoveSubscribers"),
    *("ImportSubscribers", "ReleaseSubscribers"),
)
BOUNCES_PERCENT: Final = 5  # of a page's imported addresses
_COLUMNS = """
SELECT id, channel, address, components, incident_id, kinds, impact, updates, source, created_at,
  consented_at, confirmed_at, quarantined_at, quarantine_reason
FROM subscribers
"""
# Of a URL, which lets its holder post, only the host is searched.
_LIST = text(
    _COLUMNS
    + """
WHERE page_id = :page_id
  AND (CAST(:channel AS text) IS NULL OR channel = :channel)
  AND (CAST(:search AS text) IS NULL OR strpos(
    CASE WHEN channel = 'email' THEN lower(address) ELSE split_part(lower(address), '/', 3) END,
    lower(:search)) > 0)
  AND (CAST(:at AS timestamptz) IS NULL OR (created_at, id) < (:at, :id))
ORDER BY created_at DESC, id DESC LIMIT :limit
"""
)
_TOTALS = text("""
SELECT channel, count(*) AS count,
  count(*) FILTER (WHERE quarantined_at IS NOT NULL) AS quarantined,
  count(*) FILTER (WHERE confirmed_at IS NULL) AS unconfirmed
FROM subscribers WHERE page_id = :page_id GROUP BY channel ORDER BY count(*) DESC, channel
""")
_IS_OF_PAGE = text("SELECT EXISTS (SELECT FROM subscribers WHERE id = :id AND page_id = :page_id)")
_RELEASE = text("""
UPDATE subscribers SET quarantined_at = NULL, quarantine_reason = NULL, failed_attempts = 0
WHERE id = :id AND page_id = :page_id AND quarantined_at IS NOT NULL
""")
_CONSENTED = text("UPDATE subscribers SET consented_at = :at WHERE id = ANY(:ids)")
_NOTE = text("""
INSERT INTO list_changes (id, page_id, account_id, at, kind, count)
VALUES (:id, :page_id, :account_id, clock_timestamp(), :kind, :count)
""")
_ADDED_TODAY = text("""
SELECT coalesce(sum(count), 0) FROM list_changes
WHERE account_id = :account_id AND kind IN ('AddSubscribers', 'ImportSubscribers')
  AND at > statement_timestamp() - interval '1 day'
""")
# Two imports of an account at once may not both have what is left of the day.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('list'), hashtext(:account_id))")
_BOUNCED = text("""
SELECT count(*) AS imported, count(*) FILTER (WHERE quarantined_at IS NOT NULL) AS bounced
FROM subscribers WHERE page_id = :page_id AND source = 'import'
""")
_KNOWN = text("""
SELECT lower(address) FROM subscribers WHERE page_id = :page_id AND channel = 'email'
  AND incident_id IS NULL AND lower(address) = ANY(:addresses)
""")
_LEFT = text("SELECT hash FROM left_addresses WHERE hash = ANY(:hashes)")
_ROOM = text("""
SELECT p.tier, count(*) FILTER (WHERE s.confirmed_at IS NOT NULL) AS confirmed,
  count(*) FILTER (WHERE s.id IS NOT NULL AND s.confirmed_at IS NULL) AS unconfirmed
FROM pages p LEFT JOIN subscribers s ON s.page_id = p.id WHERE p.id = :page_id GROUP BY p.tier
""")
_IMPORT = text("""
INSERT INTO subscribers (id, page_id, channel, address, source, created_at, consented_at,
  confirmed_at)
SELECT id, :page_id, 'email', address, 'import', clock_timestamp(), :consented_at,
  CASE WHEN :is_active THEN clock_timestamp() END
FROM unnest(CAST(:ids AS text[]), CAST(:addresses AS text[])) AS new (id, address)
ON CONFLICT DO NOTHING
""")


class LeftBeforeError(Exception):
    """The address has left the page."""


class DayIsFullError(Exception):
    """The account has added as many addresses today as it may; `rest` is the number left."""

    def __init__(self, rest: int) -> None:
        """Hold the number that is left."""
        super().__init__(str(rest))
        self.rest = rest


class BouncedError(Exception):
    """Too many of the page's imported addresses bounced."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A page and the account that changes its list.

    `day_max` is the number of additions a day. `is_trusted`: what it adds is active at once, with
    the consent that it states.
    """

    page_id: str
    account_id: str
    day_max: int
    is_trusted: bool


@dataclass(frozen=True, slots=True)
class ListedSubscriber:
    """A subscriber, for the owner of the page."""

    id: str
    channel: Channel
    address: str
    components: list[str] | None
    incident_id: str | None
    kinds: Kinds
    impact: Impact
    updates: Updates
    source: Source
    created_at: datetime
    consented_at: datetime | None
    confirmed_at: datetime | None
    quarantined_at: datetime | None
    quarantine_reason: str | None


@dataclass(frozen=True, slots=True)
class ChannelTotal:
    """The subscribers of a channel, with those in quarantine and those that did not confirm."""

    channel: Channel
    count: int
    quarantined: int
    unconfirmed: int


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of an import; `added` are ids by address."""

    added: Mapping[str, str]
    known_count: int
    left_count: int


def subscribers_after(
    conn: Connection,
    page_id: str,
    after: tuple[datetime, str] | None,
    limit: int,
    *,
    search: str | None = None,
    channel: str | None = None,
) -> list[ListedSubscriber]:
    """Return at most `limit` subscribers of a page after a position, newest first."""
    at, id_ = after or (None, None)
    where = {"page_id": page_id, "search": search, "channel": channel}
    rows = conn.execute(_LIST, {**where, "at": at, "id": id_, "limit": limit})
    return [to_dataclass(row, ListedSubscriber) for row in rows]


def count_by_channel(conn: Connection, page_id: str) -> list[ChannelTotal]:
    """Return the numbers of a page's subscribers, the largest channel first."""
    return [to_dataclass(row, ChannelTotal) for row in conn.execute(_TOTALS, {"page_id": page_id})]


def remove(conn: Connection, owner: Owner, subscriber_id: str) -> bool:
    """Delete a subscriber, and note that its address left; False if there is none."""
    if not conn.execute(_IS_OF_PAGE, {"id": subscriber_id, "page_id": owner.page_id}).scalar():
        return False
    is_done = leave(conn, subscriber_id)
    if is_done:
        _note(conn, owner, REMOVED, 1)
    return is_done


def release(conn: Connection, owner: Owner, subscriber_id: str) -> bool:
    """End the quarantine of a subscriber; False if the page has none of this id."""
    where = {"id": subscriber_id, "page_id": owner.page_id}
    if not conn.execute(_IS_OF_PAGE, where).scalar():
        return False
    if conn.execute(_RELEASE, where).rowcount:
        _note(conn, owner, RELEASED, 1)
    return True


def add(
    conn: Connection,
    owner: Owner,
    channel: Channel,
    address: str,
    choices: Choices,
    consented_at: datetime | None,
) -> tuple[Subscription, bool]:
    """Add a subscriber; return it, and whether it is new.

    A trusted owner's e-mail address with a stated consent is active at once. Raises
    LeftBeforeError, DayIsFullError, SubscribersFullError and TooManySubscriptionsError.
    """
    if has_left(conn, owner.page_id, channel, address):
        raise LeftBeforeError
    _take_of_day(conn, owner, 1)
    before = _numbers(conn, owner.page_id)
    subscription = subscribe(conn, owner.page_id, channel, address, choices, Source.OWNER)
    is_new = _numbers(conn, owner.page_id) != before
    if is_new:
        if owner.is_trusted and consented_at and channel is Channel.EMAIL:
            confirm(conn, subscription.id)
        if consented_at:
            conn.execute(_CONSENTED, {"ids": [subscription.id], "at": consented_at})
        _note(conn, owner, ADDED, 1)
    return subscription, is_new


def import_addresses(
    conn: Connection, owner: Owner, addresses: Sequence[str], consented_at: datetime
) -> Imported:
    """Add e-mail addresses that are neither known nor have left.

    Raises BouncedError, DayIsFullError and SubscribersFullError; then nothing is added.
    """
    _check_bounces(conn, owner.page_id)
    first = {address.lower(): address for address in reversed(addresses)}
    known_keys = set(
        conn.execute(_KNOWN, {"page_id": owner.page_id, "addresses": list(first)}).scalars()
    )
    hashes = left_hashes(conn, owner.page_id, Channel.EMAIL, [*first.values()])
    has_gone = set(conn.execute(_LEFT, {"hashes": list(hashes.values())}).scalars())
    left_keys = {key for key, address in first.items() if hashes[address] in has_gone} - known_keys
    new = [address for key, address in first.items() if key not in known_keys | left_keys]
    _take_of_day(conn, owner, len(new))
    _check_room(conn, owner, len(new))
    ids = {address: new_id("b") for address in new}
    values = {"page_id": owner.page_id, "consented_at": consented_at, "ids": [*ids.values()]}
    conn.execute(_IMPORT, {**values, "addresses": new, "is_active": owner.is_trusted})
    if new:
        _note(conn, owner, IMPORTED, len(new))
    return Imported(ids, len(addresses) - len(new) - len(left_keys), len(left_keys))


def _note(conn: Connection, owner: Owner, kind: str, count: int) -> None:
    values = {"id": new_id("l"), "page_id": owner.page_id, "account_id": owner.account_id}
    conn.execute(_NOTE, {**values, "kind": kind, "count": count})


def _take_of_day(conn: Connection, owner: Owner, count: int) -> None:
    conn.execute(_LOCK, {"account_id": owner.account_id})
    added = conn.execute(_ADDED_TODAY, {"account_id": owner.account_id}).scalar_one()
    if added + count > owner.day_max:
        raise DayIsFullError(max(owner.day_max - added, 0))


def _check_bounces(conn: Connection, page_id: str) -> None:
    row = conn.execute(_BOUNCED, {"page_id": page_id}).one()
    if row.bounced * 100 > row.imported * BOUNCES_PERCENT:
        raise BouncedError


def _check_room(conn: Connection, owner: Owner, count: int) -> None:
    row = conn.execute(_ROOM, {"page_id": owner.page_id}).one()
    confirmed, unconfirmed = (count, 0) if owner.is_trusted else (0, count)
    if count and not has_room(
        row.tier, row.confirmed + confirmed - 1, row.unconfirmed + max(unconfirmed - 1, 0)
    ):
        raise SubscribersFullError


def _numbers(conn: Connection, page_id: str) -> Any:  # noqa: ANN401 - a row
    return conn.execute(_ROOM, {"page_id": page_id}).one()
