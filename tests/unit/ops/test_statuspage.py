"""The content of a Statuspage becomes our document.

statuspage.json is written by hand in the shapes of Statuspage's public JSON.
"""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.page import timeline
from domain.runtime.page_file import to_page
from domain.runtime.page_file.check import find_problems
from domain.runtime.page_file.document import PageSettings
from domain.runtime.page_file.own_ids import Ids, choose_ids
from ops.cli.statuspage.atom import read_feed
from ops.cli.statuspage.content import Content, StatuspageError, decode_content, join_contents
from ops.cli.statuspage.convert import STATES, STATUSES, Converter
from tests.property.strategies import instants

RECORDED = (Path(__file__).parent / "statuspage.json").read_bytes()
FEED = (Path(__file__).parent / "statuspage.atom").read_bytes()
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SETTINGS = PageSettings(name="Ours")


def convert(content):
    converter = Converter(NOW)
    return converter.convert(content, SETTINGS), converter.remarks


def part(document, id_):
    return next(p for p in (*document.components, *document.incidents) if p.id == id_)


@pytest.fixture
def recorded():
    return convert(decode_content("statuspage.json", RECORDED))


def test_document_is_one_that_can_be_imported(recorded):
    document, _ = recorded
    assert list(find_problems(document)) == []
    assert document.page is SETTINGS


def test_groups_stand_before_their_components_in_order(recorded):
    document, remarks = recorded
    shown = [(c.id, c.kind, c.parent, c.status) for c in document.components]
    assert shown == [
        ("cmp000group", "category", None, None),
        ("cmp000disk1", "leaf", "cmp000group", "operational"),
        ("cmp000disk2", "leaf", "cmp000group", "maintenance"),
        ("cmp0000api", "leaf", None, "operational"),
    ]
    assert remarks["components with a status that we do not know are operational"] == 1


def test_an_incident_has_its_times_states_messages_and_claims(recorded):
    document, remarks = recorded
    down = part(document, "inc00000001")
    assert [(u.state, u.body) for u in down.updates] == [
        ("investigating", "We look."),
        ("investigating", ""),
        ("resolved", "Fixed."),
        ("resolved", "A bad **deploy**."),
    ]
    opening, _, fixed, postmortem = down.updates
    assert (opening.occurred_at.hour, opening.posted_at.minute) == (14, 30)
    assert (fixed.edited_at, postmortem.edited_at) == (
        datetime(2026, 10, 5, 16, 30, tzinfo=UTC),
        None,
    )
    assert [(s.component, s.status) for s in opening.components] == [("cmp0000api", "outage")]
    assert (down.state, down.impact, down.started_at) == (
        "resolved",
        "critical",
        opening.occurred_at,
    )
    assert down.resolved_at == fixed.occurred_at  # a postmortem does not move the end
    assert remarks["statuses of components that are gone were left out"] == 1
    assert remarks["postmortems became updates of resolved incidents"] == 1
    assert remarks["states that we do not know became investigating or in progress"] == 1

    # and when it is imported, then its downtime is that of its updates
    ids = choose_ids("p_x", document, Ids({}, {}, {}))
    imported = to_page.to_incident(down, "p_x", ids)
    (claim,) = imported.claims
    assert timeline.open_seconds(imported) == (16 * 60 - (14 * 60 + 22)) * 60
    assert (claim.status, claim.from_at, claim.until_at) == (
        "outage", opening.occurred_at, fixed.occurred_at,
    )  # fmt: skip


def test_an_incident_without_updates_has_its_opening_and_its_state(recorded):
    document, remarks = recorded
    slow = part(document, "inc00000002")
    assert [(u.state, u.posted_at) for u in slow.updates] == [
        ("investigating", None),
        ("identified", None),
    ]
    assert (slow.state, slow.resolved_at, slow.impact) == ("identified", None, "none")
    assert remarks["impacts that we do not know became none"] == 1


def test_maintenances_are_done_called_off_and_planned(recorded):
    document, _ = recorded
    ids = choose_ids("p_x", document, Ids({}, {}, {}))
    done, off, planned = (
        to_page.to_incident(part(document, f"mnt0000000{n}"), "p_x", ids) for n in (1, 2, 3)
    )
    assert (done.state, done.is_called_off, done.started_at.minute) == ("resolved", False, 5)
    assert timeline.open_seconds(done) == 55 * 60
    assert [c.status for c in done.claims] == ["maintenance"]
    assert off.is_called_off
    assert (planned.state, planned.started_at) == ("scheduled", planned.scheduled_start)


def test_a_feed_has_what_the_json_is_too_short_for():
    document, _ = convert(join_contents(decode_content("a", RECORDED), read_feed("b", FEED)))
    old = part(document, "inc0000000a")
    assert (old.title, old.state) == ("Fish & chips", "resolved")
    assert [(u.state, u.body) for u in old.updates] == [
        ("investigating", "We look."),
        ("identified", "A disk."),
        ("identified", "- a\n- b"),  # an entry labelled Update
        ("resolved", "All **fixed**: [why](https://x.example/?a=1&b=2)."),
    ]
    assert old.resolved_at == datetime(2026, 1, 2, 9, tzinfo=UTC)
    # a maintenance is one, though the feed does not tell its window
    assert part(document, "mnt00000001").kind == "maintenance"
    # what the JSON has is not taken from the feed
    assert len(document.incidents) == 6


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"components": 1}', b"\xff"])
def test_another_document_is_refused_with_a_sentence(body):
    with pytest.raises(StatuspageError, match=r"^address .*[.?]$"):
        decode_content("address", body)
    with pytest.raises(StatuspageError):
        read_feed("address", b"<!DOCTYPE x>" + body)


names = st.sampled_from([*STATES, *STATUSES, "", "new"])
moments = st.none() | instants()
bodies = st.text() | st.sampled_from(["a\0b", "\0", "\ud800"])


@given(st.data())
def test_any_page_becomes_a_document_that_can_be_imported(data):
    # Given rows of any statuses and times
    raw = msgspec.to_builtins(decode_content("x", RECORDED))
    for row in (*raw["incidents"], *raw["scheduled_maintenances"]):
        row["status"], row["name"] = data.draw(names), data.draw(st.none() | st.text(max_size=300))
        for field in ("created_at", "started_at", "resolved_at", "scheduled_for"):
            at = data.draw(moments)  # an offset may be missing
            row[field] = at and at.isoformat()[: data.draw(st.sampled_from([19, None]))]
        for update in row["incident_updates"]:
            update["status"], update["body"] = data.draw(names), data.draw(st.none() | bodies)
            at = data.draw(moments)
            update["display_at"] = at and at.isoformat()
    for row in raw["components"]:
        row["group_id"] = data.draw(st.none() | st.sampled_from(["cmp000group", "cmp0000api"]))
        row["status"], row["position"] = data.draw(names), data.draw(st.none() | st.integers(0, 3))
    # When they are converted, then the import has nothing to say
    document, _ = convert(msgspec.convert(raw, Content, strict=False))
    assert list(find_problems(document)) == []
