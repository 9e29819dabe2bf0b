"""Laws of claims; what leaves show and incidents claim is what `incident_model` says.

Source: docs/behaviour.md, "Claims" and "Resolving an incident".
"""

from datetime import UTC, datetime, timedelta

from hypothesis import event, given
from hypothesis import strategies as st

from domain.page import commands as c
from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.origin import origins
from domain.page.state import Component, Page
from domain.page.uptime.percent import downtime
from domain.results import Rejection
from domain.status import IncidentState, Status
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
    """Take the steps on a page; yield it after each, and the instant."""
    components = {leaf: Component(leaf, leaf, START, status=Status.OPERATIONAL) for leaf in LEAVES}
    page, at = Page("p_1", created_at=START, components=components), START
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
        yield page, at


@given(st.lists(steps, max_size=14))
def test_claims_of_one_incident_on_a_leaf_never_overlap_when_anything_happens(drawn):
    for page, _ in run(drawn):
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
    for page, at in run(toggles):
        claims = [claim for incident in page.incidents.values() for claim in incident.claims]
        assert downtime(claims, START, at + timedelta(days=1)) == 0


@given(st.lists(steps, max_size=14), st.sampled_from(INCIDENTS))
def test_nothing_shown_changes_when_a_resolved_incident_is_deleted(drawn, incident):
    for page, at in run(drawn):
        if incident in page.incidents and page.incidents[incident].is_resolved:
            after = apply_all(page, decide(page, c.DeleteIncident(incident), at))
            shown = {id_: node.status for id_, node in page.components.items()}
            assert {id_: node.status for id_, node in after.components.items()} == shown
            assert incident not in after.incidents


@given(st.lists(steps, max_size=14), st.sampled_from(INCIDENTS), st.booleans())
def test_only_leaves_of_which_it_spoke_last_change_when_an_incident_ends(drawn, id_, is_deleted):
    end = c.PostUpdate(id_, "u_end", IncidentState.RESOLVED)
    for page, at in run(drawn):
        if id_ in page.incidents and not page.incidents[id_].is_resolved:
            command = c.DeleteIncident(id_) if is_deleted else end
            after = apply_all(page, decide(page, command, at))
            own = {leaf for leaf, origin in origins(page).items() if origin == id_}
            others = page.components.keys() - own
            assert all(after.components[leaf] is page.components[leaf] for leaf in others)
            assert id_ not in origins(after).values()


@given(st.lists(steps, max_size=14))
def test_state_and_its_dates_follow_the_newest_update_when_anything_happens(drawn):
    for page, _ in run(drawn):
        for incident in page.incidents.values():
            assert incident.is_resolved == (incident.resolved_at is not None)
            if incident.updates:
                assert incident.state is incident.updates[-1].state
                assert incident.updated_at == incident.updates[-1].posted_at
