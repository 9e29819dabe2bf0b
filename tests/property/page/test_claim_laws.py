"""Laws of claims: pages behave like the model of claims.

Source: docs/behaviour.md, "Claims" and "Resolving an incident".
"""

from datetime import UTC, datetime, timedelta

from hypothesis import event, given, settings
from hypothesis import strategies as st

from domain.page import commands as c
from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.state import Component, Page
from domain.page.uptime import downtime
from domain.results import Rejection
from domain.status import IncidentState, Status
from tests.property.page.claim_model import ClaimModel
from tests.property.strategies import statuses, unresolved_states

START = datetime(2026, 3, 1, tzinfo=UTC)
LEAVES = ("A", "B", "C")
INCIDENTS = ("i_1", "i_2", "i_3")

spoken = st.dictionaries(st.sampled_from(LEAVES), statuses, max_size=3)
incident_ids = st.sampled_from(INCIDENTS)
steps = st.tuples(
    st.integers(0, 2),  # seconds since the step before: often none
    st.one_of(
        st.tuples(st.just("open"), incident_ids, spoken),
        st.tuples(st.just("update"), incident_ids, unresolved_states, spoken),
        st.tuples(st.just("update"), incident_ids, st.just(IncidentState.RESOLVED), spoken),
        st.tuples(st.just("delete"), incident_ids),
        st.tuples(st.just("toggle"), st.sampled_from(LEAVES), statuses),
    ),
)


def command_of(step, number):
    def given(spoken_of):
        return tuple(c.StatusGiven(leaf, status) for leaf, status in spoken_of.items())

    match step:
        case ("open", incident, spoken_of):
            return c.OpenIncident(incident, f"u_{number}", "T", components=given(spoken_of))
        case ("update", incident, state, spoken_of):
            return c.PostUpdate(incident, f"u_{number}", state, "words", given(spoken_of))
        case ("delete", incident):
            return c.DeleteIncident(incident)
        case ("toggle", leaf, status):
            return c.SetStatus(leaf, status)


def run(drawn):
    """Take the steps on a page and on the model; yield both after each, and the instant."""
    components = {leaf: Component(leaf, leaf, START, status=Status.OPERATIONAL) for leaf in LEAVES}
    page, model, at = (
        Page("p_1", created_at=START, components=components),
        ClaimModel.of(LEAVES),
        START,
    )
    used = set()
    for number, (wait_s, step) in enumerate(drawn):
        at += timedelta(seconds=wait_s)
        if step[0] == "open" and step[1] in used:
            continue  # ids are minted: nobody opens one twice
        used |= {step[1]} if step[0] == "open" else set()
        decision = decide(page, command_of(step, number), at)
        if isinstance(decision, Rejection):
            event("refused")
        else:
            page = apply_all(page, decision)
        getattr(model, step[0])(*step[1:])
        yield page, model, at


def held(page: Page) -> dict[str, dict[str, Status]]:
    return {i.id: dict(i.held) for i in page.incidents.values()}


@settings(max_examples=300)
@given(st.lists(steps, max_size=14))
def test_leaves_show_and_incidents_claim_what_the_model_says_when_anything_happens(drawn):
    for page, model, _ in run(drawn):
        assert {leaf: node.status for leaf, node in page.components.items()} == model.shown
        assert held(page) == model.claims


@settings(max_examples=150)
@given(st.lists(steps, max_size=14))
def test_past_claims_cover_exactly_when_each_was_held_when_anything_happens(drawn):
    # given what the model's claims were from each instant on
    history, page, at = [(START, {})], None, START
    for page, model, at in run(drawn):  # noqa: B007 - the last page is what is judged
        history.append((at, {i: dict(claims) for i, claims in model.claims.items()}))
    # then between any two instants the surviving incidents' claims are those of the earlier one
    for incident in page.incidents.values() if page else ():
        for second in range(int((at - START).total_seconds())):
            middle = START + timedelta(seconds=second, milliseconds=500)
            _, then = [entry for entry in history if entry[0] <= middle][-1]
            covering = {
                claim.component_id: claim.status
                for claim in incident.claims
                if claim.from_at <= middle and (claim.until_at is None or middle < claim.until_at)
            }
            assert covering == then.get(incident.id, {})


@given(st.lists(steps, max_size=14))
def test_claims_of_one_incident_on_a_leaf_never_overlap_when_anything_happens(drawn):
    for page, _, _ in run(drawn):
        for incident in page.incidents.values():
            for leaf in LEAVES:
                chain = [claim for claim in incident.claims if claim.component_id == leaf]
                assert all(c.until_at is None or c.from_at < c.until_at for c in chain)
                ends = [claim.until_at for claim in chain]
                assert None not in ends[:-1]
                assert all(
                    end <= later.from_at for end, later in zip(ends, chain[1:], strict=False)
                )


@given(st.lists(steps, max_size=14))
def test_no_time_counts_as_downtime_when_leaves_are_only_toggled(drawn):
    toggles = [step for step in drawn if step[1][0] == "toggle"]
    for page, _, at in run(toggles):
        claims = [claim for incident in page.incidents.values() for claim in incident.claims]
        assert downtime(claims, START, at + timedelta(days=1)) == 0


@given(st.lists(steps, max_size=14), st.sampled_from(INCIDENTS))
def test_nothing_shown_changes_when_a_resolved_incident_is_deleted(drawn, incident):
    for page, _, at in run(drawn):
        if incident in page.incidents and page.incidents[incident].is_resolved:
            after = apply_all(page, decide(page, c.DeleteIncident(incident), at))
            assert after.components == page.components
            assert incident not in after.incidents


@given(st.lists(steps, max_size=14))
def test_state_and_its_dates_follow_the_newest_update_when_anything_happens(drawn):
    for page, _, _ in run(drawn):
        for incident in page.incidents.values():
            assert incident.is_resolved == (incident.resolved_at is not None)
            if incident.updates:
                assert incident.state is incident.updates[-1].state
                assert incident.updated_at == incident.updates[-1].posted_at
