"""A page's stream: its aggregate, its decisions, its publication."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from domain.calendar import day_of, ends_at
from domain.page.apply import apply_all
from domain.page.changes import compare_pages
from domain.page.commands import EDITS, LOADED_FOR
from domain.page.decide.outcomes import remarks_on
from domain.page.decide.table import decide
from domain.page.public_events import find_public_events, is_shown_at
from domain.page.state import Page
from domain.page.uptime.shown import fit_rows
from domain.results import Entry, Outcome, Rejection
from domain.runtime.metrics import PUBLISH_S, RENDER_S
from domain.store.broker import UNREACHABLE, worker_task_sender
from domain.store.postgres.command_log import Pending, Settlement
from domain.store.postgres.engine import Connection, autocommit
from domain.store.postgres.load import load_page
from domain.store.postgres.notifications.outbox import OutboxRow, add_to_outbox
from domain.store.postgres.publication import (
    PublicationNote,
    current_edition,
    note_publication,
    read_last_edit,
)
from domain.store.postgres.save import save_page
from domain.store.redis import publisher as artifacts
from domain.store.redis.publisher import Edition, Publication
from domain.store.redis.subscriber import Announcement, encode
from workers.render.build import build_id
from workers.render.eager import render_eager

logger = logging.getLogger(__name__)


class PageStream:
    """The state of a page between load and publication."""

    def __init__(self, page_id: str) -> None:
        """Set the page id; nothing is read."""
        self.page_id = page_id
        self.page = self.before = Page(page_id)
        self.applied_seq = self.unedited_since = 0
        self.outbox: list[OutboxRow] = []

    def load(self, conn: Connection, rows: Sequence[Pending]) -> None:
        """Read the page, with the incidents that waiting commands name."""
        self.page, self.applied_seq = load_page(
            conn,
            self.page_id,
            collect_incident_ids(rows),
            {part for part, kinds in LOADED_FOR.items() if any(r.kind in kinds for r in rows)},
        )
        self.before, self.unedited_since = self.page, self.applied_seq

    def step(self, conn: Connection, entry: Entry) -> Settlement:  # noqa: ARG002 - facts are loaded
        """Decide and apply one command."""
        decision = decide(self.page, entry.command, entry.at)
        if isinstance(decision, Rejection):
            return Settlement(entry.seq, Outcome.REFUSED, decision)
        if isinstance(entry.command, EDITS):
            self.unedited_since = entry.seq
        remarks = remarks_on(self.page, entry.command, decision)
        before, self.page = self.page, apply_all(self.page, decision)
        changes = compare_pages(before, self.page)
        self.outbox += outbox_rows(before, self.page, entry)
        return Settlement(entry.seq, Outcome.APPLIED, remarks=remarks, changes=changes)

    def save(self, conn: Connection, applied_seq: int) -> None:
        """Write the changes of the commands."""
        self.page = replace(self.page, shown_rows=fit_rows(self.page.shown_rows))
        save_page(conn, self.before, self.page, applied_seq)
        add_to_outbox(conn, self.page_id, self.outbox)
        self.applied_seq = applied_seq

    def publish(self, announcement: Announcement | None, epoch: str) -> bool:
        """Render, write the hash, record it, and announce; skip an unchanged hash.

        The record precedes the announcement: readers of the log find the commands published as
        well. False if the epoch has ended: then nothing is written or announced.
        """
        if self.page.created_at is not None and not self.publish_edition(
            epoch, is_new=announcement is not None
        ):
            return False
        artifacts.announce(
            encode(announcement or build_empty_announcement(self.page_id, self.applied_seq))
        )
        return True

    def publish_edition(self, epoch: str, *, is_new: bool) -> bool:
        """Write the hash if it may have changed; False if the epoch has ended."""
        today = day_of(datetime.now(UTC), self.page.time_zone)
        edition = Edition(self.applied_seq, today, build_id())
        edition_in_hash = None if is_new else artifacts.stored_edition(self.page_id, epoch)
        if edition_in_hash != edition:
            publication = self.render(edition)
            with PUBLISH_S.time():
                names = artifacts.keep_older_artifacts(self.page_id)
                if names is None:
                    publication = self.with_last_edit(publication)
                edition_in_hash = artifacts.publish(publication, epoch)
            refresh_artifacts(self.page_id, names or ())
        if edition_in_hash is not None:
            self.record_publication(edition_in_hash, epoch)
        return edition_in_hash is not None

    def render(self, edition: Edition) -> Publication:
        """Return the artifacts of an edition; a deleted page gives a tombstone."""
        if self.page.deleted_at is not None:
            return Publication(self.page_id, edition, {}, is_tombstone=True)
        with RENDER_S.labels("hot").time():
            fields, kept_names = render_eager(self.page, edition.day)
        return Publication(
            self.page_id, edition, fields, kept_names, unedited_since=self.unedited_since
        )

    def with_last_edit(self, publication: Publication) -> Publication:
        """Return a publication with the last edit, which an emptied Redis does not know."""
        with autocommit() as conn:
            last_edit = read_last_edit(conn, self.page_id, publication.edition.seq)
        return replace(publication, last_edit=last_edit)

    def record_publication(self, edition: Edition, epoch: str) -> None:
        """Record the hash's edition, and its commands as published."""
        record = PublicationNote(edition, ends_at(edition.day, self.page.time_zone), epoch)
        with autocommit() as conn:
            note_publication(conn, self.page_id, record)


def outbox_rows(before: Page, after: Page, entry: Entry) -> list[OutboxRow]:
    """Return the public events of a command; a page that visitors can't see sends nothing."""
    is_suppressed = not is_shown_at(after, entry.at)
    return [
        OutboxRow(event, entry.id, is_suppressed)
        for event in find_public_events(before, after, entry.command, entry.at)
    ]


def refresh_artifacts(page_id: str, names: Sequence[str]) -> None:
    """Request artifacts that were requested lately, and are older than the page now.

    A request that is lost is repeated by the next visit.
    """
    try:
        for name in names:
            worker_task_sender().request_refresh(page_id, name)
    except UNREACHABLE as error:
        logger.warning("can't refresh artifacts of %s: %s", page_id, error)


def is_shown(page_id: str, epoch: str) -> bool:
    """Return whether a page has nothing to apply or publish; announce that.

    In a storm many rings come too late: a page load for each would delay other pages.
    """
    if (stored_edition := artifacts.stored_edition(page_id, epoch)) is None:
        return False
    with autocommit() as conn:
        edition = current_edition(conn, page_id, build_id(), epoch)
    if edition != stored_edition:
        return False
    artifacts.announce(encode(build_empty_announcement(page_id, stored_edition.seq)))
    return True


def build_empty_announcement(page_id: str, seq: int) -> Announcement:
    """Return an announcement of an empty range of seqs.

    Listeners for a seq up to `seq` then read its outcome from the log.
    """
    return Announcement(page_id, seq + 1, seq)


def collect_incident_ids(rows: Sequence[Pending]) -> set[str]:
    """Return the incident ids in payloads; skip unreadable payloads."""
    incident_ids: set[str | None] = set()
    for row in rows:
        try:
            references = msgspec.json.decode(row.payload, type=IncidentReferences)
        except msgspec.DecodeError:
            continue
        incident_ids |= {references.incident_id, *(each.id for each in references.incidents)}
    return {id_ for id_ in incident_ids if id_}


class IncidentId(msgspec.Struct):
    """The id of an incident that an import brings."""

    id: str


class IncidentReferences(msgspec.Struct):
    """The fields of a payload that identify incidents to load."""

    incident_id: str | None = None
    incidents: list[IncidentId] = []
