"""One owner's whole way, with nothing but the dashboard, and what her visitors see at each step."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import pick, url
from tests.support.actors import PASSWORD, unique
from tests.support.faults.breaking import SOON_S
from tests.support.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def press(page, *names):
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).click()


def fill(page, **fields):
    for label, words in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(words)


def publish(page, subdomain):
    """From nothing to a published page with two components in a category."""
    page.get_by_label("E-mail").fill(f"{unique('newcomer')}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Create account")
    fill(page, Name="Acme", Address=subdomain)
    press(page, "Create page")
    fill(page, New_component="Backend")
    press(page, "Add category")
    expect(page.locator(".tree")).to_contain_text("Backend")
    for name in ("API", "Website"):
        fill(page, New_component=name)
        page.get_by_label("Group", exact=True).select_option(label="Backend")
        press(page, "Add component")
        expect(page.locator(".tree")).to_contain_text(name)
    follow(page, "Settings")
    press(page, "Publish")
    expect(page.get_by_role("button", name="Hide the page")).to_be_visible()


def test_visitors_see_every_step_when_an_owner_goes_all_the_way(actors, system, tab):
    look, subdomain = tab(url(system, "/dashboard/signup")), unique("acme")
    page, vi = look.page, actors.caller(f"{subdomain}.localhost")

    def shows(words, what):
        wait_until(lambda: words in vi.get("/").text, what, SOON_S)

    # When she signs up and publishes a tree, then visitors see it
    publish(page, subdomain)
    leaves = vi.get("/status.json").json()["components"]
    assert [(leaf["name"], leaf["group"]) for leaf in leaves] == [
        ("API", "Backend"), ("Website", "Backend"),
    ]  # fmt: skip
    # When she makes a key, then a monitor can use it
    follow(page, "API keys")
    fill(page, Name_of_the_new_key="Uptime monitor")
    press(page, "Create key")
    expect(page.get_by_role("dialog")).to_be_visible()
    secret = page.locator("#secret-key").text_content()
    page.get_by_role("dialog").get_by_role("button", name="Done").click()
    mon = actors.caller(Authorization=f"Bearer {secret}")
    assert mon.get("/api/v1/status-api/status").status_code == 200
    # When she keeps a template and opens an incident with it
    follow(page, "Templates")
    fill(page, Title_of_the_incident="API errors", Message="We look into it.")
    press(page, "Save template")
    page.get_by_role("link", name="Use API errors").click()
    pick(page, "Backend API", "Outage")
    press(page, "Publish incident")
    expect(page.get_by_role("heading", name="API errors")).to_be_visible()
    shows("We look into it.", "the incident is told")
    shows("Major System Outage", "and the hero tells of it")
    # and says more, and resolves it
    page.locator("label.identified").click()
    fill(page, Message="It was a switch.")
    press(page, "Publish update")
    expect(page.get_by_text("Update published.")).to_be_visible()
    shows("It was a switch.", "the update is told")
    page.get_by_role("link", name="Incidents").click()
    press(page, "Resolve", "Resolve incident")
    expect(page.get_by_text("No open incidents.")).to_be_visible()
    shows("All Systems Operational", "all is well again")
    # When she plans a maintenance, begins it now and finishes it early
    follow(page, "Maintenance")
    follow(page, "Schedule")
    fill(page, Title="New disks")
    page.get_by_role("checkbox", name="Backend Website").check()
    press(page, "Schedule")
    shows("New disks", "it is announced")
    press(page, "Start now", "Start maintenance")
    shows("Under Maintenance", "it has begun")
    press(page, "Finish now", "Finish maintenance")
    shows("All Systems Operational", "it is over")
    # When she customises the page
    follow(page, "Customize")
    page.locator("#headlines-operational").fill("Everything hums")
    press(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()
    shows("Everything hums", "it says so in her words")
    # Then nothing was complained of on the way
    assert look.complaints == []
