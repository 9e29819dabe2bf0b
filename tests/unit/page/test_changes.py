"""The changes of a page by a command, field by field."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given

from domain.page import commands as c
from domain.page.changes import BYTES_MAX, Changes, FieldChange, compare_pages
from domain.page.settings import Link
from domain.page.state import Entitlement, Page, Tier
from domain.status import Status
from tests.property.strategies import pages
from tests.support.applied import apply

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def page():
    made = (
        c.CreatePage("a_1", "Acme", Entitlement()),
        c.AddComponent("c_1", "API"),
        c.CreateKey("k_1", "Monitor", "hash"),
    )
    return apply(Page("p_1"), *made, at=AT)


def changes_of(page, command):
    return compare_pages(page, apply(page, command, at=AT))


@pytest.mark.parametrize(
    ("command", "change"),
    [
        (c.ChangePage(name="Acme Inc"), FieldChange("name", "Acme", "Acme Inc")),
        (c.ChangePage(accent="#ffffff"), FieldChange("accent", None, "#ffffff")),
        (
            c.ChangePage(links=(Link("Help", "mailto:help@acme.com"),)),
            FieldChange("links", "", "Help (mailto:help@acme.com, header)"),
        ),
        (c.ChangePage(labels={"outage": "Down"}), FieldChange("labels.outage", None, "Down")),
        (
            c.SetStatus("c_1", Status.OUTAGE),
            FieldChange("status", "operational", "outage", "c_1"),
        ),
        (
            c.ChangeKey("k_1", disabled=True),
            FieldChange("disabled", before=False, after=True, of="k_1"),
        ),
    ],
)
def test_a_change_is_from_and_to_when_a_command_changes_a_field(page, command, change):
    assert changes_of(page, command) == Changes((change,))


def test_what_is_added_or_removed_is_no_change(page):
    for command in (c.AddComponent("c_2", "Web"), c.DeleteComponent("c_1"), c.DeleteKey("k_1")):
        assert changes_of(page, command) is None


def test_the_creation_and_the_deletion_of_a_page_are_no_changes(page):
    assert compare_pages(Page("p_1"), page) is None
    assert changes_of(page, c.DeletePage()) is None


def test_a_long_value_is_cut(page):
    page = apply(page, c.ChangePage(description="x" * 1_000), at=AT)
    [change] = changes_of(page, c.ChangePage(description="y" * 1_000)).fields
    assert (len(change.before), change.after) == (120, "y" * 119 + "…")


def test_changes_beyond_the_limit_are_counted(page):
    # given an incident that names eighty leaves
    names = [f"Leaf {n}" for n in range(80)]
    page = apply(page, c.SetEntitlement(Entitlement(Tier.PRIME)), at=AT)
    page = apply(page, *(c.AddComponent(f"c_x{n}", n) for n in names), at=AT)
    statuses = tuple(c.StatusGiven(name, Status.OUTAGE) for name in names)
    # when it is opened, then each change is in the list or counted
    changes = changes_of(page, c.OpenIncident("i_1", "u_1", "Down", components=statuses))
    assert 0 < len(changes.fields) < 80 == len(changes.fields) + changes.more


@given(pages(), pages())
def test_changes_are_small_and_hold_no_secret_whatever_differs(before, after):
    changes = compare_pages(before, after)
    stored = msgspec.json.encode(changes)
    assert len(stored) <= BYTES_MAX + len(b'{"fields":[],"more":1000000}')
    for key in {**before.keys, **after.keys}.values():
        assert key.hash.encode() not in stored
    assert compare_pages(before, before) is None
