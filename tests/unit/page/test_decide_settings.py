"""What a page answers to changes of its settings, each rule by an example."""

from dataclasses import fields
from datetime import UTC, datetime
from functools import partial

import pytest

from domain.calendar import is_zone
from domain.page.commands import ChangePage, CreatePage
from domain.page.decide.table import decide
from domain.page.settings import Appearance, Font, Link, Mode, etag_of
from domain.page.state import Entitlement, Page
from domain.results import Code, Rejection
from tests.support.applied import apply
from tests.support.pictures import png_text
from tests.support.plain_settings import DEFAULTS, OTHERS

AT = datetime(2026, 3, 1, tzinfo=UTC)
told = partial(apply, at=AT)


@pytest.fixture
def page():
    return told(Page("p_1"), CreatePage("a_1", "Acme", Entitlement()))


def test_both_get_their_way_when_two_change_different_things(page):
    one = ChangePage(labels={"outage": "Down"}, mode=Mode.DARK, description="Ours")
    other = ChangePage(labels={"partial": "Half"}, accent="#0a84ff", show_footer=False)
    look = Appearance(
        {"outage": "Down", "partial": "Half"}, {}, Mode.DARK, "#0a84ff", show_footer=False
    )
    for order in ((one, other), (other, one)):
        page_then = told(page, *order)
        assert (page_then.look, page_then.description) == (look, "Ours")


def test_default_is_back_when_a_setting_is_emptied(page):
    given = ChangePage(labels={"outage": "Down"}, headlines={"outage": "!"}, accent="#ffffff",
                       header="#ffffff", font=Font.MONO, links=NO_TEXTS["links"],
                       description="x", **OTHERS)  # fmt: skip
    empty = {name: "" if default is None else default for name, default in DEFAULTS.items()}
    emptied = ChangePage(labels={"outage": ""}, headlines={"outage": ""}, accent="", header="",
                         font=Font.SYSTEM, links=(), description="", **empty)  # fmt: skip
    assert told(page, given) != page
    assert told(page, given, emptied) == page


def test_every_part_of_the_appearance_can_be_changed():
    assert {field.name for field in fields(Appearance)} <= CHANGEABLE


def test_rest_is_merged_into_the_whole_look_when_an_older_row_replaces_it(page):
    page = told(page, ChangePage(labels={"outage": "Down"}))
    page = told(page, ChangePage(look=Appearance(mode=Mode.LIGHT), accent="#ffffff"))
    assert page.look == Appearance(mode=Mode.LIGHT, accent="#ffffff")


CHANGEABLE = {field.name for field in fields(ChangePage)} - {"etag", "look"}
NO_TEXTS = {
    **OTHERS,
    "is_public": True,
    "labels": {"outage": "Down"},
    "headlines": {"outage": "Down"},
    "mode": Mode.DARK,
    "font": Font.MONO,
    "links": (Link("Help", "https://acme.com/help"),),
    "logo": png_text(1, 1),
}
CHANGES = [ChangePage(**{name: NO_TEXTS.get(name, "New")}) for name in sorted(CHANGEABLE)]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_change_is_refused_when_any_setting_changed_since_its_etag(page, change):
    etag = etag_of(page)
    changed = told(page, change)
    assert etag_of(changed) != etag
    refused = decide(changed, ChangePage(name="Mine", etag=etag), AT)
    assert isinstance(refused, Rejection)
    assert refused.code is Code.CONFLICT
    assert told(changed, ChangePage(name="Mine", etag=etag_of(changed))).name == "Mine"


def test_logo_stays_when_something_else_changes_and_goes_when_it_is_emptied(page):
    with_logo = told(page, ChangePage(logo=png_text(40, 20)))
    assert (with_logo.logo.type, with_logo.logo.width, with_logo.logo.height) == (
        "image/png", 40, 20,
    )  # fmt: skip
    assert told(with_logo, ChangePage(name="New")).logo == with_logo.logo
    assert told(with_logo, ChangePage(logo="")) == page
    refused = decide(with_logo, ChangePage(logo="R0lGODlhAQABAAAAACw="), AT)
    assert isinstance(refused, Rejection)
    assert list(refused.fields) == ["logo"]


def test_etag_does_not_depend_on_the_order_of_words(page):
    one, other = ({"outage": "a", "partial": "b"}, {"partial": "b", "outage": "a"})
    pages = [told(page, ChangePage(labels=words)) for words in (one, other)]
    assert etag_of(pages[0]) == etag_of(pages[1])


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Asia/Kolkata", "Etc/GMT+5"])
def test_zone_is_known_when_it_is_in_the_database(name):
    assert is_zone(name)


@pytest.mark.parametrize(
    "name", ["", "europe/berlin", "Mars/Base", "../etc/passwd", "localtime", "posixrules", "+02:00"]
)
def test_zone_is_unknown_when_it_is_no_name_of_the_database(name):
    assert not is_zone(name)
