"""The list of pages: creating, refusals beside their fields, settings that two tabs change."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from domain.page.state import Tier
from ops.cli import accounts
from tests.browser.dashboard.owner_at_screen import at_desk, url
from tests.support.actors import unique
from tests.support.inside import inside

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def create(page, name, subdomain):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Address").fill(subdomain)
    page.get_by_role("button", name="Create page").click()


def test_a_refusal_stands_beside_its_field_when_an_address_can_not_be_had(actors, tab):
    # Given an address that somebody has
    taken = actors.page().host.partition(".")[0]
    page = at_desk(tab, actors.system, actors.owner("bo")).page

    # When Bo wants it, or what is no address
    address = page.get_by_label("Address")
    for wish, sentence in ((taken, "is taken"), ("a b", "letters a-z"), ("www", "reserved")):
        create(page, "Mine", wish)
        expect(address).to_have_attribute("aria-invalid", "true")
        expect(address).to_have_accessible_description(re.compile(re.escape(sentence)))
        expect(address).to_be_focused()

    # Then what he typed is still there, and another wish is granted
    expect(page.get_by_label("Name")).to_have_value("Mine")
    create(page, "Mine", unique("mine"))
    expect(page.get_by_role("heading", name="Components", exact=True)).to_be_visible()


def test_a_missing_name_is_told_at_once_when_a_form_is_sent_without(actors, tab):
    look = at_desk(tab, actors.system, actors.owner())
    look.page.get_by_role("button", name="Create page").click()
    expect(look.page.get_by_label("Name")).to_be_focused()
    expect(
        look.page.get_by_role("alert").filter(has_text="Enter a name for the page.")
    ).to_be_visible()
    assert not [asked for asked in look.requests if "/api/" in asked]


def test_settings_are_not_overwritten_when_another_tab_changed_them_meanwhile(actors, tab):
    # Given a hidden page, looked at in a tab while another tab renames it
    owner = actors.owner()
    page = owner.page("Before", is_public=False)
    look = at_desk(tab, actors.system, owner)
    owner.patch(page.path, {"name": "After"})

    # When it is made public as it was seen
    look.page.get_by_role("button", name="Publish").click()

    # Then it is refused, and the current values are one click away
    look.page.get_by_role("button", name="Show the current values").click()
    expect(look.page.get_by_role("heading", name="After", exact=True)).to_be_visible()
    assert actors.visitor(page).get("/").status_code == 404
    look.page.get_by_role("button", name="Publish").click()
    expect(look.page.get_by_text("After is public now.")).to_be_visible()
    assert actors.visitor(page).get("/").status_code == 200


def test_every_page_says_what_visitors_see_when_it_is_listed(actors, tab):
    page = actors.page("API")
    actors.monitor(page).open("Slow", components=[{"component": "API", "status": "outage"}])
    look = at_desk(tab, actors.system, page.owner)
    line = look.page.locator(f"#{page.id}")
    expect(line).to_contain_text("Major System Outage")
    expect(line).to_contain_text("1 open incident")
    expect(line).to_contain_text("Visible")
    line.get_by_role("link", name="Create incident").click()
    expect(look.page).to_have_url(url(actors.system, f"/dashboard/pages/{page.id}/incidents/new"))


def test_it_is_told_how_long_a_page_is_served_when_prime_ends(actors, tab):
    # Given two pages, for the second of which Prime is needed
    owner = actors.owner()
    set_tier(actors, owner, "prime", datetime.now(UTC) + timedelta(days=3))
    owner.page("First")
    second = owner.page("Second")

    # When the list is looked at, before and after the end of Prime
    look = at_desk(tab, actors.system, owner)
    expect(look.page.locator(f"#{second.id}")).to_contain_text("3 days left")
    set_tier(actors, owner, "free")
    look.page.reload()

    # Then it says what is the matter, and so does the page's own screen
    expect(look.page.locator(f"#{second.id}")).to_contain_text("Not served: upgrade or buy a slot")
    look.page.get_by_role("link", name="Second", exact=True).click()
    expect(look.page.locator("#of-page")).to_contain_text("Not served: upgrade or buy a slot")
    expect(look.page.get_by_role("link", name=second.host)).to_have_count(0)


def set_tier(actors, owner, tier, until=None):
    """Grant a tier as the operator would."""
    with inside(actors.system):
        accounts.set_tier(owner.email, Tier(tier), until)
