"""Laws of export and import: an import is equal to its source, and a second one changes nothing.

Source: docs/behaviour.md, "Export and import".
"""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.page import commands as c
from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.state import ComponentKind, Entitlement, Page, Tier
from domain.results import DuplicateIdError, Entry, Outcome, make_id
from domain.runtime.new_ids import new_id
from domain.runtime.page_file import plan
from domain.runtime.page_file.check import check_document
from domain.runtime.page_file.document import decode_document, encode_parts
from domain.status import IncidentState, Status
from domain.store.page_file import read_document, read_incidents, read_known_ids, read_page
from domain.store.postgres.command_codec import decode_command, encode_command
from domain.store.postgres.save import save_page
from domain.text import clean_line
from tests.property.strategies import statuses, texts
from tests.property.test_page_store_laws import RolledBack
from workers.page_stream import PageStream
from workers.render.eager import render_eager

pytestmark = pytest.mark.usefixtures("store")

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
HOUR = timedelta(hours=1)
ID = re.compile(rb"\b[a-z]_[0-9a-z]{26}\b")

ids = st.integers(0, 3)
spoken = st.lists(st.tuples(ids, statuses), max_size=3, unique_by=lambda pair: pair[0])
# As requests trim them.
tidy = texts().map(clean_line).filter(bool)
bodies = st.none() | tidy
steps = st.one_of(
    st.tuples(st.just("category"), ids, st.none() | ids),
    st.tuples(st.just("leaf"), ids, st.none() | ids),
    st.tuples(st.just("pin"), ids, statuses),
    st.tuples(st.just("drop"), ids),
    st.tuples(st.just("toggle"), ids, statuses),
    st.tuples(st.just("toggle"), ids, statuses),
    st.tuples(st.just("open"), ids, tidy, bodies, spoken),
    st.tuples(st.just("open"), ids, tidy, bodies, spoken),
    st.tuples(st.just("update"), ids, st.sampled_from(list(IncidentState)[1:]), bodies, spoken),
    st.tuples(st.just("resolve"), ids, st.integers(0, 30)),
    st.tuples(st.just("plan"), ids, st.lists(ids, unique=True), st.integers(0, 9)),
    st.tuples(st.just("start"), ids),
    st.tuples(st.just("edit"), ids, tidy),
    st.tuples(st.just("mute"), ids),
    st.tuples(st.just("delete"), ids),
    st.tuples(st.just("template"), tidy),
    st.tuples(st.just("settings"), tidy, st.sampled_from(["all", "incidents"])),
    st.tuples(st.just("zone"), st.sampled_from(["Asia/Kolkata", "America/New_York"])),
)

minutes = st.just(0) | st.integers(0, 2_000)
down = [(n, Status.OUTAGE) for n in range(4)]
one_instant = [
    *((("leaf", n, None), 0) for n in range(4)),
    (("open", 0, "All at once", "Down", down), 0),
    (("update", 0, IncidentState.IDENTIFIED, "Still down", down), 0),
]


class Life:
    """A page that lives through drawn steps; the n-th thing of a kind is named by its number."""

    def __init__(self) -> None:
        self.at = NOW - timedelta(days=60)
        self.page = blank_page(self.at)
        self.ids: dict[tuple[str, int], str] = {}
        self.count = 0

    def new(self, prefix, number=None):
        """An id of this instant, as the web tier makes it: those of one instant are in no order."""
        self.count += 1
        entropy = sha256(b"%d" % self.count).digest()[:10]
        id_ = make_id(prefix, int(self.at.timestamp() * 1_000), entropy)
        if number is not None:
            self.ids[prefix, number] = id_
        return id_

    def id(self, prefix, number):
        return self.ids.get((prefix, number), "unknown")

    def given(self, pairs):
        return tuple(c.StatusGiven(self.id("c", n), status) for n, status in pairs)

    def newest_update(self, number):
        incident = self.page.incidents.get(self.id("i", number))
        return incident.updates[-1].id if incident and incident.updates else "unknown"

    def command_of(self, step):  # noqa: C901, PLR0911, PLR0912 - one a kind
        match step:
            case ("category" | "leaf" as kind, n, parent):
                above = None if parent is None else self.ids.get(("g", parent))
                prefix = "c" if kind == "leaf" else "g"
                id_ = self.new("c")
                self.ids[prefix, n] = id_
                return c.AddComponent(id_, f"{kind} {n}", ComponentKind(kind), above)
            case ("pin", n, status):
                return c.ChangeComponent(self.id("g", n), status=status)
            case ("drop", n):
                return c.DeleteComponent(self.id("c", n))
            case ("toggle", n, status):
                return c.SetStatus(self.id("c", n), status)
            case ("open", n, title, body, pairs):
                said = self.given(pairs)
                return c.OpenIncident(self.new("i", n), self.new("u"), title, None, body, said)
            case ("update", n, state, body, pairs):
                said = self.given(pairs)
                return c.PostUpdate(self.id("i", n), self.new("u"), state, body, said)
            case ("resolve", n, minutes):
                resolved = IncidentState.RESOLVED
                ended_at = self.at - timedelta(minutes=minutes)
                return c.PostUpdate(
                    self.id("i", n), self.new("u"), resolved, "Done", resolved_at=ended_at
                )
            case ("plan", n, leaves, hours):
                start = self.at + hours * HOUR
                named = tuple(self.id("c", leaf) for leaf in leaves)
                return c.ScheduleMaintenance(
                    self.new("i", n), self.new("u"), "Plan", start, start + HOUR, "Soon", named
                )
            case ("start", n):
                return c.StartMaintenance(self.id("i", n), self.new("u"))
            case ("edit", n, body):
                return c.EditUpdate(self.id("i", n), self.newest_update(n), body)
            case ("mute", n):
                return c.DeleteUpdate(self.id("i", n), self.newest_update(n))
            case ("delete", n):
                return c.DeleteIncident(self.id("i", n))
            case ("template", title):
                return c.AddTemplate(self.new("t"), title)
            case ("settings", name, counts):
                return c.ChangePage(name, headlines={"outage": "Down"}, uptime_counts=counts)
            case ("zone", zone):
                return c.ChangePage(time_zone=zone)

    def live(self, step, minutes):
        self.at += timedelta(minutes=minutes)
        try:
            decision = decide(self.page, self.command_of(step), self.at)
        except DuplicateIdError:
            return
        if isinstance(decision, tuple):
            self.page = apply_all(self.page, decision)


def blank_page(at):
    return Page(
        new_id("p"), new_id("a"), "n", created_at=at, changed_at=at,
        entitlement=Entitlement(Tier.PRIME),
    )  # fmt: skip


def export(conn, page_id):
    document, ids = read_document(conn, page_id)
    return b"".join(encode_parts(document, read_incidents(conn, page_id, ids)))


def plan_of(conn, page_id, content):
    document = decode_document(content)
    check_document(document)
    page, logo = read_page(conn, page_id)
    return page, plan.plan_import(page, logo, document, read_known_ids(conn, page), TODAY)


def import_into(conn, page_id, content, most=None):
    """Import as the log does; `most` commands at most."""
    page, planned = plan_of(conn, page_id, content)
    for number, command in enumerate(planned.commands[:most]):
        stream = PageStream(page_id)
        stream.page = stream.before = page
        logged = decode_command(*encode_command(command))
        settlement = stream.step(conn, Entry(2 + number, new_id("r"), logged, NOW))
        assert settlement.outcome is Outcome.APPLIED
        stream.save(conn, 2 + number)
        page = stream.page


def published(page):
    """What visitors see, with the fingerprint left out and ids by the order of their appearance."""
    fields, _ = render_eager(page, TODAY)
    order = Counter()
    told = fields["index.html"] + fields["status.json"]
    mark = re.search(rb'"version":"([^"]+)"', fields["status.json"])[1]

    def number(match):
        order.setdefault(match[0], len(order))
        return b"#%d" % order[match[0]]

    return ID.sub(number, told.replace(mark, b"-"))


@settings(max_examples=60)
@given(st.lists(st.tuples(steps, minutes), max_size=30))
@example(one_instant)
def test_import_is_equal_to_its_source_when_a_page_lived_through_anything(lived):
    life = Life()
    for step, minutes in lived:
        life.live(step, minutes)
    with RolledBack() as conn:
        # given the file of a page
        save_page(conn, Page(life.page.id), life.page, 1)
        content = export(conn, life.page.id)
        # when a page without content imports it
        copy = blank_page(NOW)
        save_page(conn, Page(copy.id), copy, 1)
        import_into(conn, copy.id, content)
        # then its file and what visitors see are the same
        assert export(conn, copy.id).decode() == content.decode()
        source, imported = (read_page(conn, id_)[0] for id_ in (life.page.id, copy.id))
        assert published(imported) == published(replace(source, host=imported.host))
        # and neither of them gets anything from the same file again
        assert not plan_of(conn, copy.id, content)[1].commands
        assert not plan_of(conn, life.page.id, content)[1].commands


@settings(max_examples=40)
@given(st.lists(st.tuples(steps, minutes), max_size=30), st.integers(0, 6))
def test_import_is_completed_by_a_second_one_when_it_was_interrupted(lived, count):
    life = Life()
    for step, minutes in lived:
        life.live(step, minutes)
    with RolledBack() as conn, mock.patch.object(plan, "GROUP_BYTES", 400):
        # given an import of which only some commands were stored
        save_page(conn, Page(life.page.id), life.page, 1)
        content = export(conn, life.page.id)
        copy = blank_page(NOW)
        save_page(conn, Page(copy.id), copy, 1)
        import_into(conn, copy.id, content, most=count)
        # when it is repeated, then nothing is missing and nothing is there twice
        import_into(conn, copy.id, content)
        assert export(conn, copy.id).decode() == content.decode()
