"""The list of subscribers and the deliveries of an incident, as their owner sees them."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of
from tests.support.inside import inside
from tests.support.statements import sql
from tests.support.subscribing import subscribe
from tests.support.subscriptions import add_delivery

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_an_owner_finds_releases_adds_and_removes_subscribers(actors, tab):
    # given a page with two subscribers, one of them in quarantine
    page = actors.page("API")
    with inside(actors.system):
        subscribe(page.id, address="ada@example.com")
        bo = subscribe(page.id, address="bo@example.org")
        sql(
            "UPDATE subscribers SET quarantined_at = now(), quarantine_reason = 'answered 410'"
            " WHERE id = :id RETURNING id",
            id=bo,
        )
    look = at_desk(tab, actors.system, page.owner, of(page, "subscribers"))
    items = look.page.locator("#subscribers > li")
    expect(items).to_have_count(2)
    # when one is searched for, then only that one is shown, with the reason
    look.page.get_by_label("Search").fill("example.org")
    look.page.get_by_role("button", name="Search").click()
    expect(items).to_have_count(1)
    expect(items).to_contain_text("answered 410")
    # when its quarantine ends and it is removed, then it is gone
    look.page.get_by_role("button", name="End quarantine").click()
    expect(items).not_to_contain_text("In quarantine")
    look.page.get_by_role("button", name="Remove").first.click()
    look.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(items).to_have_count(0)
    # when a webhook is added, then it waits for its confirmation
    look.page.goto(look.page.url.partition("?")[0])
    look.page.get_by_text("Add a subscriber").click()
    look.page.locator("#channel").select_option("webhook")
    look.page.get_by_label("Address", exact=True).fill("https://93.184.215.14/hooks/1")
    look.page.get_by_role("button", name="Add", exact=True).click()
    expect(items.first).to_contain_text("Not confirmed")


def test_an_owner_sees_what_failed_and_sends_it_again(actors, tab):
    page = actors.page("API")
    incident = page.incident().rpartition("/")[2]
    with inside(actors.system):
        add_delivery(page.id, incident, subscribe(page.id), "failed")
    look = at_desk(tab, actors.system, page.owner, of(page, f"incidents/{incident}"))
    look.page.get_by_role("link", name="0 sent, 1 failed").click()
    expect(look.page.locator("#deliveries")).to_contain_text("Failed")
    look.page.get_by_role("button", name="Send again").click()
    expect(look.page.locator("#deliveries")).to_contain_text("Waiting")
