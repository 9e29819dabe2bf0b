"""A page's side of the drain: its aggregate, its decisions, its publication."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from domain.calendar import day_of, ends_at
from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.state import Page
from domain.page.template_commands import AddTemplate, ChangeTemplate, DeleteTemplate
from domain.results import Entry, Outcome, Rejection
from domain.runtime.metrics import PUBLISH_S, RENDER_S
from domain.store.postgres.command_log import Settlement, Waiting
from domain.store.postgres.engine import Connection, autocommit
from domain.store.postgres.load import load_page
from domain.store.postgres.publication import Noted, at_rest, note_publication
from domain.store.postgres.save import save_page
from domain.store.redis import publisher as artifacts
from domain.store.redis.announcements import Announcement, encode
from domain.store.redis.publisher import Edition, Publication
from workers.render.build import build_id
from workers.render.eager import render_hot

OF_TEMPLATES = {kind.__name__ for kind in (AddTemplate, ChangeTemplate, DeleteTemplate)}


class PageStream:
    """Holds a page between load and publication."""

    def __init__(self, page_id: str) -> None:
        """Remember whose stream it is."""
        self.page_id = page_id
        self.page = self.before = Page(page_id)
        self.applied_seq = 0

    def load(self, conn: Connection, rows: Sequence[Waiting]) -> None:
        """Read the page, with the incidents that waiting commands name."""
        self.page, self.applied_seq = load_page(
            conn,
            self.page_id,
            named_incidents(rows),
            with_templates=any(row.kind in OF_TEMPLATES for row in rows),
        )
        self.before = self.page

    def step(self, conn: Connection, entry: Entry) -> Settlement:  # noqa: ARG002 - facts are loaded
        """Decide and apply one command."""
        decision = decide(self.page, entry.command, entry.at)
        if isinstance(decision, Rejection):
            return Settlement(entry.seq, Outcome.REFUSED, decision)
        self.page = apply_all(self.page, decision)
        return Settlement(entry.seq, Outcome.APPLIED)

    def save(self, conn: Connection, applied_seq: int) -> None:
        """Write what the commands changed."""
        save_page(conn, self.before, self.page, applied_seq)
        self.applied_seq = applied_seq

    def publish(self, announcement: Announcement | None, epoch: str) -> bool:
        """Render, write the hash, note it, announce; skip what the hash shows already.

        Noted before it is announced: who hears of it finds it published in the log as well.
        False if the epoch has ended: nothing was written, and nobody hears of it.
        """
        if self.page.created_at is not None and not self.show(
            epoch, is_new=announcement is not None
        ):
            return False
        artifacts.announce(encode(announcement or nothing_new(self.page_id, self.applied_seq)))
        return True

    def show(self, epoch: str, *, is_new: bool) -> bool:
        """Write the hash if it may show something else; False if the epoch has ended."""
        today = day_of(datetime.now(UTC), self.page.time_zone)
        edition = Edition(self.applied_seq, today, build_id())
        held = None if is_new else artifacts.held_edition(self.page_id, epoch)
        if held != edition:
            publication = self.render(edition)
            with PUBLISH_S.time():
                held = artifacts.publish(publication, epoch)
        if held is not None:
            self.note(held, epoch)
        return held is not None

    def render(self, edition: Edition) -> Publication:
        """Make the artifacts of an edition; of a deleted page a tombstone."""
        if self.page.deleted_at is not None:
            return Publication(self.page_id, edition, {}, is_tombstone=True)
        with RENDER_S.labels("hot").time():
            fields, kept = render_hot(self.page, edition.day)
        return Publication(self.page_id, edition, fields, kept)

    def note(self, held: Edition, epoch: str) -> None:
        """Note what the hash holds, and that the commands up to there are published."""
        noted = Noted(held, ends_at(held.day, self.page.time_zone), epoch)
        with autocommit() as conn:
            note_publication(conn, self.page_id, noted)


def is_shown(page_id: str, epoch: str) -> bool:
    """Tell whether a page has nothing to apply and nothing to show, and announce that.

    In a storm rings outlive their use: loading the page for each would keep its neighbours waiting.
    """
    with autocommit() as conn:
        noted = at_rest(conn, page_id, build_id(), epoch)
    if noted is None or artifacts.held_edition(page_id, epoch) != noted:
        return False
    artifacts.announce(encode(nothing_new(page_id, noted.seq)))
    return True


def nothing_new(page_id: str, seq: int) -> Announcement:
    """Return an empty range: whoever waits for a seq up to here asks the log what became of it."""
    return Announcement(page_id, seq + 1, seq)


def named_incidents(rows: Sequence[Waiting]) -> set[str]:
    """Return the ids of incidents that payloads name; one that can't be read names none."""
    named = set()
    for row in rows:
        try:
            named.add(msgspec.json.decode(row.payload, type=NamesIncident).incident_id)
        except msgspec.DecodeError:
            continue
    return {id_ for id_ in named if id_}


class NamesIncident(msgspec.Struct):
    """The one field of a payload that tells which incident to load."""

    incident_id: str | None = None
