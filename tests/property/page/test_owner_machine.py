"""Whatever owners, monitors and the clock tell a page, it is what the specification makes of it.

Once by the core alone, with time carried by commands and the rows of a real Postgres written after
any of them; once through the log and real drains.
"""

import gzip
import re

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import text

from domain.page import commands as c
from domain.page import tree
from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.origin import origins
from domain.page.overall import overall
from domain.page.settings import etag_of
from domain.page.state import Entitlement, Page, Tier
from domain.results import Outcome, Rejection
from domain.runtime.new_ids import new_id
from domain.store.postgres.command_codec import decode_command, encode_command
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.load import load_page
from domain.store.postgres.save import save_page
from tests.property.page.incident_machine import OwnerMachine
from tests.property.page.page_model import PageModel
from tests.property.strategies import ZONES
from tests.property.test_page_store_laws import RolledBack, in_order
from tests.property.test_statuspage_laws import assert_clients_of_statuspage_are_told
from tests.support.drained_page import DrainedPage, append_as
from tests.support.page_reading import Reading, assert_reads_alike
from workers.render.eager import render_eager

pytestmark = pytest.mark.usefixtures("store")

TEXT_BYTES = re.compile(rb',"_text_bytes":-?[0-9]+')


def told_tree(page):
    """What the model says of a tree, of a page's."""
    orders, said = {}, origins(page)
    for parent, nodes in tree.children_of(page.components).items():
        assert [node.position for node in nodes] == list(range(len(nodes)))
        orders[parent] = [node.id for node in nodes]
    nodes = {
        n.id: (n.kind, n.parent_id, n.name, n.status, n.description, n.show_uptime, said.get(n.id))
        for n in page.components.values()
    }
    return orders, nodes


def told_incident(incident):
    words = {u.id: [u.state, u.body, u.edited_at] for u in incident.updates}
    claims = merged((c.component_id, c.status, c.from_at, c.until_at) for c in incident.claims)
    plan = {
        "start": incident.scheduled_start, "end": incident.scheduled_end,
        "auto_start": incident.auto_start, "auto_end": incident.auto_end,
    } if incident.kind == "maintenance" else {}  # fmt: skip
    return (
        incident.kind, incident.title, incident.impact, incident.state, incident.started_at,
        incident.resolved_at, incident.is_called_off, plan,
        list(incident.leaves), list(words.items()), claims,
    )  # fmt: skip


def merged(claims):
    """Claims as a set, of a leaf's that follow with the same status as one."""
    found = []
    for leaf, status, since, until in sorted(claims, key=lambda claim: (claim[0], claim[2])):
        if found and found[-1][:2] == (leaf, status) and found[-1][3] == since:
            found[-1] = (*found[-1][:3], until)
        else:
            found.append((leaf, status, since, until))
    return set(found)


def told_case(case):
    claims = merged(case.claims())
    return (
        case.kind, case.title, case.impact, case.state, case.started, case.resolved,
        case.called_off, case.plan, case.leaves, list(case.updates.items()), claims,
    )  # fmt: skip


class Judged(OwnerMachine):
    """Compares a page with the model."""

    def is_as_told(self, page):
        self.is_the_same_tree(page)
        cases = {id_: told_case(case) for id_, case in self.incidents.cases.items()}
        assert {id_: told_incident(i) for id_, i in page.incidents.items()} == cases
        assert {k.id: (k.name, k.hash, k.disabled) for k in page.keys.values()} == self.keys.keys
        own = ("name", "is_public", "description", "time_zone")
        for name, value in self.settings.values.items():
            assert getattr(page if name in own else page.look, name) == value

    def is_the_same_tree(self, page):
        orders, nodes = told_tree(page)
        assert orders == {parent: ids for parent, ids in self.tree.order.items() if ids}
        assert nodes == {
            id_: (n.kind, n.parent, n.name, n.status, n.description, n.show_uptime, n.origin)
            for id_, n in self.tree.nodes.items()
        }
        children = tree.children_of(page.components)
        walked = [node.id for node, _ in tree.walk(children)]
        assert sorted(walked) == sorted(self.tree.nodes)  # no cycle, and nothing out of reach
        for id_, node in page.components.items():
            assert tree.shown_status(node, children) == self.tree.shows(id_)
            assert node.is_leaf or len(self.tree.above(id_)) <= 3
        assert overall(page.components, page.incidents.values()) == self.incidents.overall()
        assert page.changed_at == self.tree.changed


class Alone(Judged):
    """The core alone; rows of Postgres are written by difference after any command."""

    def __init__(self) -> None:
        super().__init__()
        self.page_id = new_id("p")
        self.store = RolledBack()
        self.conn = self.store.__enter__()
        self.saved = self.page = Page(self.page_id)
        self.seq = 0
        prime = Entitlement(Tier.PRIME)
        for command in (c.CreatePage("a_1", "Acme", prime), c.ChangePage(is_public=True)):
            self.page = apply_all(self.page, decide(self.page, command, self.now))
        self.created = self.tree.changed = self.now
        self.save(stays=True)

    def tell(self, command, say, due_at=None):
        at, before, was = due_at or self.now, self.page, as_bytes(self.page)
        decision = decide(before, command, at)
        refused = decision if isinstance(decision, Rejection) else None
        assert decide(before, decode_command(*encode_command(command)), at) == decision
        wanted = say(at)
        assert (refused and refused.code) == wanted, (command, refused)
        if refused:
            assert refused.error.endswith(".")
            assert bool(refused.fields) == (refused.code == "VALIDATION")
            assert all(field in refused.error for field in refused.fields)
        else:
            self.page = apply_all(before, decision)
            assert self.page.changed_at >= before.changed_at
        assert as_bytes(before) == was
        self.is_as_told(self.page)

    def etag(self):
        return etag_of(self.page)

    @rule(stays=st.booleans())
    def save(self, stays):
        """The rows are the page; what goes on from them is the page that was loaded."""
        self.seq += 1
        save_page(self.conn, self.saved, self.page, self.seq)
        loaded, seq = load_page(self.conn, self.page_id)
        assert (in_order(loaded), seq) == (in_order(self.page), self.seq)
        self.saved = self.page = self.page if stays else loaded

    @rule(zone=st.sampled_from(ZONES), later=st.integers(0, 2))
    def is_read_as_told(self, zone, later):
        """Its sentences and figures are those of the model, in any zone, on the days to come."""
        self.tell_of_settings("change", None, {"time_zone": zone})
        model = PageModel(self.incidents, self.settings, self.created, self.now, later)
        fields, _ = render_eager(self.page, model.today)
        assert_reads_alike(Reading(gzip.decompress(fields["index.html|gzip"]).decode()), model)
        assert_clients_of_statuspage_are_told(self.page, model.today)

    def teardown(self):
        try:
            self.save(stays=True)
        finally:
            self.store.__exit__()


class LoggedCommand(Judged):
    """The same through the log: appended one by one, drained now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.drained = DrainedPage()
        self.page_id = self.drained.id
        self.first = self.drained.head()
        self.tree.changed = self.loaded().changed_at
        self.sent = []

    def tell(self, command, say, due_at=None):
        who = ("system", "clock") if due_at else ("owner", self.drained.account_id)
        appended = append_as(*who, self.page_id, command, due_at=due_at)
        refused = say(due_at or appended.received_at)
        actor = "clock" if due_at else f"owner:{who[1]}"
        self.now = max(self.now, appended.received_at)
        self.sent.append((appended.seq, actor, command, refused))

    def wait_until(self, at):
        """Time passes by itself here: a beat with a fast clock is none the worse."""

    def etag(self):
        self.drain()
        return etag_of(self.loaded())

    @rule()
    def drain(self):
        self.drained.drain()
        self.is_as_told(self.loaded())

    def loaded(self):
        with sync_engine().connect() as conn:
            return load_page(conn, self.page_id)[0]

    def teardown(self):
        """Every command is a row, once, in order, with who sent it and what became of it."""
        self.drain()
        query = text("SELECT * FROM commands WHERE stream_id = :id AND seq > :seq ORDER BY seq")
        with sync_engine().connect() as conn:
            rows = conn.execute(query, {"id": self.page_id, "seq": self.first}).all()
        found = [(row.seq, row.actor, command_in(row), refusal_in(row)) for row in rows]
        assert found == [
            (seq, actor, type(command).__name__ if refused else command, refused)
            for seq, actor, command, refused in self.sent
        ]
        assert [row.seq for row in rows] == [self.first + n for n in range(1, len(rows) + 1)]
        times = [row.received_at for row in rows]
        assert times == sorted(times)
        assert all(row.published_at and row.applied_at for row in rows)


def as_bytes(page):
    """All that a page says; how much text an incident has is only noted when it is asked."""
    return TEXT_BYTES.sub(b"", msgspec.json.encode(page))


def command_in(row):
    """The command; of a refused one its kind, for little else of it is kept."""
    if row.refusal:
        return row.kind
    return decode_command(row.kind, msgspec.json.encode(row.payload))


def refusal_in(row):
    assert row.outcome == (Outcome.REFUSED if row.refusal else Outcome.APPLIED)
    return row.refusal and row.refusal["code"]


TestAlone = Alone.TestCase
TestAlone.settings = settings(max_examples=25, stateful_step_count=8)
TestLogged = LoggedCommand.TestCase
TestLogged.settings = settings(max_examples=6, stateful_step_count=8)
