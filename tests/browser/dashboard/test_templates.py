"""Templates fill a form without taking what was typed; the activity tells who did what."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of, pick, url

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def desk(actors, tab):
    """Ada's page in a tab; `owned` is the page."""
    page = actors.page("API")
    look = at_desk(tab, actors.system, page.owner, of(page, "templates"))
    look.owned = page
    return look


def test_an_incident_begins_with_it_when_a_template_was_kept_and_used(actors, desk):
    # Given words that are kept
    page = desk.page
    page.get_by_label("Title of the incident").fill("API errors")
    page.get_by_label("Message").fill("We look into it.")
    page.get_by_label("State").select_option("identified")
    page.get_by_role("button", name="Save template").click()

    # When they are used, and sent as they are
    page.get_by_role("link", name="Use API errors").click()
    expect(page.get_by_label("Title")).to_have_value("API errors")
    expect(page.get_by_label("State", exact=True)).to_have_value("identified")
    page.get_by_role("button", name="Publish incident").click()

    # Then visitors read them
    expect(page.get_by_role("heading", name="API errors")).to_be_visible()
    [incident] = actors.visitor(desk.owned).json()["incidents"]
    assert (incident["name"], incident["state"]) == ("API errors", "identified")
    assert incident["latestUpdate"]["body"] == "We look into it."


def test_what_was_typed_stays_when_a_template_is_chosen_afterwards(actors, desk):
    first = desk.owned.template("One", body="Words of one")
    second = desk.owned.template("Two", body="Words of two")
    desk.owned.template("Plan", kind="maintenance")
    desk.go(url(actors.system, of(desk.owned, "incidents/new")))
    page = desk.page
    chooser = page.get_by_label("Begin with a template")
    expect(chooser.locator("option")).to_have_text(["None", "One", "Two"])
    page.get_by_label("Title").fill("My own title")
    pick(page, "API", "Outage")
    chooser.focus()
    for template, words in ((first, "Words of one"), (second, "Words of two")):
        chooser.select_option(template)
        expect(page.get_by_label("Message")).to_have_value(words)
        expect(chooser).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("My own title")
    expect(page.get_by_label("Status of API")).to_have_value("outage")


def test_a_plan_begins_with_it_when_a_template_is_for_maintenances(desk):
    desk.owned.template("New disks", kind="maintenance", body="A short pause.")
    desk.page.reload()
    desk.page.get_by_role("link", name="Use New disks").click()
    expect(desk.page.get_by_label("Title")).to_have_value("New disks")
    expect(desk.page.get_by_label("Message")).to_have_value("A short pause.")


def test_a_template_is_another_when_it_was_changed_and_gone_when_deleted(desk):
    desk.owned.template("One", body="Words")
    desk.page.reload()
    desk.page.get_by_role("link", name="Edit One").click()
    form = desk.page.locator(".editor form").first
    form.get_by_label("Name of the template").fill("First")
    form.get_by_label("Message").fill("")
    form.get_by_role("button", name="Save").click()
    expect(desk.page.get_by_role("heading", name="First")).to_be_visible()
    [kept] = desk.owned.owner.get(f"{desk.owned.path}/templates").json()["data"]
    assert (kept["name"], kept["title"], kept["body"]) == ("First", "One", None)
    desk.page.get_by_role("link", name="Edit First").click()
    desk.page.get_by_role("button", name="Delete").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(desk.page.locator("#empty")).to_be_visible()


def test_it_is_told_who_did_what_when_a_page_was_worked_on(actors, desk):
    monitor = actors.monitor(desk.owned)
    for status in ["outage", "operational"] * 10:
        monitor.toggle("API", status)
    desk.go(url(actors.system, of(desk.owned, "activity")))
    lines = desk.page.locator("#activity li")
    expect(lines).to_have_count(20)
    expect(lines.first).to_contain_text("Set “API” to operational")
    expect(lines.first).to_contain_text("key monitor")
    desk.page.get_by_role("link", name="Older").click()
    expect(desk.page.locator("#activity")).to_contain_text("Created the page “Acme”")
    expect(desk.page.locator("#activity")).to_contain_text(desk.owned.owner.email)
