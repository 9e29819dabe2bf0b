"""The spine as a state machine: whatever is lost on the way, what was acknowledged is kept.

Appends, drains, kills, a lost Redis, late publishers and sweeps in any order; after each of them
visitors see the state after some prefix of what was acknowledged, and in the end after all of it.
"""

from datetime import UTC, datetime
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.page import commands as c
from domain.results import Outcome
from domain.runtime.new_ids import new_id
from domain.status import IncidentState
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from tests.property.page.incident_model import IncidentModel
from tests.property.page.owner_model import Node, TreeModel
from tests.property.strategies import statuses
from tests.support.drained_page import DrainedPage

AT = datetime(2026, 3, 1, tzinfo=UTC)  # when things are said makes no difference here
LEAVES = ("api", "web")
leaves = st.sampled_from(LEAVES)
numbers = st.integers(0, 2)
places_to_die = st.sampled_from(["before_commit", "before_publish", "before_note"])
states = st.sampled_from([state for state in IncidentState if state != "scheduled"])


class Spine(RuleBasedStateMachine):
    """A page, and the model of what its acknowledged commands mean."""

    def __init__(self) -> None:
        super().__init__()
        self.page = DrainedPage(*LEAVES)
        self.tree = TreeModel({leaf: Node("leaf", None, leaf, "operational") for leaf in LEAVES})
        self.model = IncidentModel(self.tree)
        self.first = self.page.head()
        self.states = {self.first: self.expected()}
        self.outcomes: dict[int, Outcome] = {}
        self.published: list[tuple] = []
        self.newest: dict[str, int] = {}
        self.server = new_id("server")
        run_id = mock.patch.object(artifacts, "_run_id", side_effect=lambda _: self.server)
        self.redis_is_another = run_id
        self.redis_is_another.start()

    def expected(self):
        """What status.json says once all commands so far are applied."""
        states = {id_: case.state for id_, case in self.model.cases.items()}
        shown = {leaf: node.status for leaf, node in self.tree.nodes.items()}
        return shown, {id_: state for id_, state in states.items() if state != "resolved"}

    def acknowledged(self, seq: int, outcome: Outcome) -> None:
        """The log has one command more, without a gap, and its meaning is known from now on."""
        assert seq == max(self.states) + 1
        self.outcomes[seq] = outcome
        self.states[seq] = self.expected()

    # What is appended.

    @rule(leaf=leaves, status=statuses)
    def toggle(self, leaf, status):
        self.model.toggle(AT, leaf, status)
        self.acknowledged(self.page.append(c.SetStatus(leaf, status)), Outcome.APPLIED)

    @rule(number=numbers, leaf=leaves, status=statuses)
    def open_incident(self, number, leaf, status):
        incident = f"i_{self.page.id}_{number}"
        given = (c.StatusGiven(leaf, status),)
        update_id = f"u_{self.page.id}_{len(self.states)}"
        command = c.OpenIncident(incident, update_id, "Trouble", None, "words", given)
        is_new = incident not in self.model.cases
        if is_new:
            more = {"title": "Trouble", "impact": None, "body": "words", "started": None}
            said_of = [(leaf, status)]
            self.model.open_case(AT, incident, update_id, said_of, "investigating", **more)
        outcome = Outcome.APPLIED if is_new else Outcome.FAILED
        self.acknowledged(self.page.append(command), outcome)

    @rule(number=numbers, state=states, leaf=leaves, status=statuses)
    def update(self, number, state, leaf, status):
        incident = f"i_{self.page.id}_{number}"
        update_id = f"u_{self.page.id}_{len(self.states)}"
        given = (c.StatusGiven(leaf, status),)
        refused = self.model.post(AT, incident, update_id, state, "words", [(leaf, status)])
        outcome = Outcome.REFUSED if refused else Outcome.APPLIED
        seq = self.page.append(c.PostUpdate(incident, update_id, state, "words", given))
        self.acknowledged(seq, outcome)

    @rule()
    def append_what_no_code_knows(self):
        self.acknowledged(self.page.append_poison(), Outcome.FAILED)

    @rule()
    def append_what_violates_a_constraint(self):
        used = next(iter(TAKEN.leaves.values()))
        self.acknowledged(self.page.append(c.AddComponent(used, "twice")), Outcome.FAILED)

    # What happens to them.

    @rule()
    def drain(self):
        with mock.patch.object(artifacts, "publish", side_effect=self.noting(artifacts.publish)):
            self.page.drain()

    @rule()
    def drain_one(self):
        self.page.drain_one()

    @rule(where=places_to_die)
    def drain_killed(self, where):
        self.page.drain_killed(where)

    @rule(where=places_to_die, leaf=leaves, status=statuses)
    def drain_killed_and_nobody_writes_again(self, where, leaf, status):
        self.toggle(leaf, status)
        self.page.drain_killed(where)
        self.heal()

    @rule()
    def lose_redis(self):
        artifacts.cache_redis().flushdb()

    @precondition(lambda self: self.page.published())
    @rule(leaf=leaves, status=statuses, heals=st.booleans())
    def fail_over_to_a_replica_that_is_late(self, leaf, status, heals):
        replica = self.page.fields()
        self.toggle(leaf, status)
        self.page.drain()
        self.page.hold(replica)
        self.server = new_id("server")
        self.newest.clear()
        if heals:
            self.heal()

    @precondition(lambda self: self.published)
    @rule(data=st.data())
    def publish_late(self, data):
        artifacts.publish(*data.draw(st.sampled_from(self.published)))

    @rule()
    def sweep(self):
        self.page.sweep()

    def noting(self, publish):
        def noted(*arguments):
            self.published.append(arguments)
            return publish(*arguments)

        return noted

    # What holds.

    @invariant()
    def visitors_see_ever_longer_prefixes(self):
        found, epoch = self.page.published(), artifacts.cache_redis().get(keys.EPOCH)
        if found is not None:
            seq, status = found
            assert said(status) == self.states[seq]
            assert seq >= self.newest.get(epoch, 0)
            self.newest[epoch] = seq

    @rule()
    def heal(self):
        self.page.heal()
        self.all_is_told()

    def teardown(self):
        try:
            self.heal()
        finally:
            self.redis_is_another.stop()

    def all_is_told(self):
        """Every acknowledged command is settled once, in order, and visitors see them all."""
        seq, status = self.page.published()
        assert seq == self.page.head() == max(self.states)
        assert said(status) == self.expected()
        told = {seq: self.page.receipt(seq) for seq in (self.first, *self.outcomes)}
        for seq, outcome in self.outcomes.items():
            self.was_settled_once(told[seq - 1], told[seq], outcome)

    def was_settled_once(self, before, receipt, outcome):
        wanted = "published" if outcome is Outcome.APPLIED else outcome.value
        assert (receipt.outcome, receipt.state) == (outcome, wanted)
        assert receipt.published_at is not None
        assert before.accepted_at <= receipt.accepted_at
        assert receipt.accepted_at <= receipt.applied_at <= receipt.published_at


def said(status):
    """What each leaf shows by name, and the state of each unresolved incident."""
    names = {leaf["name"]: leaf["status"] for leaf in status["components"]}
    return names, {incident["id"]: incident["state"] for incident in status["incidents"]}


TAKEN: DrainedPage


@pytest.fixture(scope="module", autouse=True)
def page_with_a_taken_id(store):
    global TAKEN  # noqa: PLW0603 - a machine takes no fixtures
    TAKEN = DrainedPage("taken")


TestSpine = pytest.mark.slow(Spine.TestCase)
TestSpine.settings = settings(max_examples=12, stateful_step_count=25)
