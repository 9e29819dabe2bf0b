"""Messages in the dashboard: rendered as on the page, and previewed beside their field."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of
from tests.browser.stage import address

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

BODY = """We see **errors** in `eu-1`.

- Europe
1. Dublin

> [details](https://example.com/x) and <https://example.com>

    indented code

<script>alert(1)</script> <b onclick="x">raw</b> &lt;i&gt; ![a](https://example.com/a.png)

# A heading

[bad](javascript:alert)"""


@pytest.fixture
def incident(actors):
    """A page and an incident with a message of every kind of Markdown."""
    page = actors.page("API")
    made = page.owner.post(f"{page.path}/incidents", {"title": "Slow", "body": BODY})
    return page, page.owner.done(made)["id"]


def html_of(look, selector):
    """What a message is made of."""
    message = look.page.locator(selector).first
    expect(message).to_be_visible()
    return message.inner_html().strip()


def test_a_message_is_the_same_html_as_on_the_page(actors, tab, incident):
    # Given an incident as its visitors see it
    page, iid = incident
    visited = tab(address(actors.system, page.host, f"/incidents/{iid}"))
    html = html_of(visited, ".words")
    assert "<strong>errors</strong>" in html

    # When its owner looks at it, in the timeline and in the list
    for screen in (f"incidents/{iid}", "incidents"):
        look = at_desk(tab, actors.system, page.owner, of(page, screen), width=390)

        # Then both are the same, and text stays text
        assert html_of(look, ".words") == html, screen
        expect(look.page.locator(".words script, .words img, .words [onclick]")).to_have_count(0)
        assert look.overflow() == []
        assert look.complaints == []


def test_a_template_shows_its_message_as_the_page_would(actors, tab):
    page = actors.page("API")
    page.template("Slow", body=BODY)
    look = at_desk(tab, actors.system, page.owner, of(page, "templates"))
    assert "<strong>errors</strong>" in html_of(look, ".words")


def test_a_message_is_previewed_beside_its_field_when_a_template_is_written(actors, tab):
    page = actors.page("API")
    look = at_desk(tab, actors.system, page.owner, of(page, "templates"))
    form = look.page.locator("#new-template")
    form.get_by_label("Title of the incident").fill("Slow")
    form.get_by_label("Message").fill("All is **slow**.")
    form.get_by_label("For").select_option("maintenance")
    form.get_by_text("Preview", exact=True).click()
    frame = form.frame_locator("iframe")
    expect(frame.locator(".words strong")).to_have_text("slow")
    form.get_by_label("Message").fill("All is *fine*.")
    expect(frame.locator(".words em")).to_have_text("fine")


def test_a_message_is_previewed_when_an_old_update_is_edited(actors, tab, incident):
    page, iid = incident
    look = at_desk(tab, actors.system, page.owner, of(page, f"incidents/{iid}"))
    look.page.get_by_role("link", name="Edit this update").click()
    form = look.page.locator(".timeline form").first
    form.get_by_text("Preview", exact=True).click()
    frame = form.frame_locator("iframe")
    expect(frame.get_by_text("Slow")).to_be_visible()
    expect(frame.locator(".words strong")).to_have_text("errors")
    form.get_by_label("Message").fill("All was **slow**.")
    expect(frame.locator(".words strong")).to_have_text("slow")


def test_a_closing_message_is_previewed_before_it_is_sent(actors, tab, incident):
    page, _ = incident
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents"), width=390)
    look.page.get_by_role("button", name="Resolve", exact=True).click()
    step = look.page.get_by_role("dialog", name="Resolve")
    step.get_by_label("Closing message").fill("It is **over**.")
    step.get_by_text("Preview", exact=True).click()
    expect(step.frame_locator("iframe").locator(".words strong").first).to_have_text("over")
    assert look.overflow() == []

    # When it is sent, then nothing is asked of a form that is gone
    step.get_by_role("button", name="Resolve incident").click()
    expect(look.page.get_by_text("No open incidents.")).to_be_visible()
    look.page.wait_for_load_state("networkidle")
    assert look.complaints == []
