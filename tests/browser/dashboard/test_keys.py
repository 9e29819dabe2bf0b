"""Keys: made and shown once, used by a monitor as the screen says, stopped and rotated."""

import re
import shlex

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of
from tests.support.actors import Monitor
from tests.support.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def desk(actors, tab):
    """Ada's page with a component, and its keys in a tab."""
    page = actors.page("API")
    look = at_desk(tab, actors.system, page.owner, of(page, "keys"))
    look.owned = page
    return look


def make(look, name):
    """Create key; return the secret that is shown."""
    look.page.get_by_label("Name of the new key").fill(name)
    look.page.get_by_role("button", name="Create key").click()
    dialog = look.page.get_by_role("dialog", name="Copy this key now")
    expect(dialog).to_be_visible()
    expect(look.page.locator("#keys")).to_contain_text(name)
    assert dialog.evaluate("node => node.matches(':modal')")  # also once the list is another
    return dialog.locator("#secret-key").text_content()


def keep(look):
    look.page.get_by_role("button", name="Done").click()


def monitor(actors, secret):
    return actors._kept(Monitor(actors.system.webs[0], secret))


def test_a_key_works_as_the_examples_say_when_it_was_made_here(actors, desk):
    # Given nothing but a word of what keys are good for
    expect(desk.page.get_by_role("heading", name="Connect your monitoring")).to_be_visible()

    # When a key is made
    secret = make(desk, "Uptime monitor")

    # Then the example that sets a component can be run as it stands
    line = desk.page.locator("#try-1").text_content()
    assert secret in line
    words = [word for word in shlex.split(line) if word.strip()]
    url, headers, body = words[1], words[3::2][:2], words[-1]
    path = re.sub(r"^http://[^/]+", "", url)
    told = dict(header.split(": ", 1) for header in headers)
    answer = actors.caller(**told).http.post(path, content=body)
    assert answer.status_code == 200, answer.text
    assert actors.visitor(desk.owned).statuses() == {"API": "degraded"}

    # and the secret is gone with the dialog, for good
    keep(desk)
    wait_until(lambda: secret not in desk.page.content(), "it is forgotten")
    desk.page.reload()
    assert secret not in desk.page.content()
    expect(desk.page.locator("#keys")).to_contain_text("Last used")


def test_the_key_is_in_the_clipboard_when_it_was_copied(desk):
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    secret = make(desk, "Uptime monitor")
    desk.page.get_by_role("button", name="Copy the key").click()
    expect(desk.page.locator("#copy-secret-key")).to_have_class(re.compile("copied"))
    assert desk.page.evaluate("navigator.clipboard.readText()") == secret


def test_a_key_opens_nothing_when_it_is_disabled_rotated_or_deleted(actors, desk):
    first = make(desk, "Uptime monitor")
    keep(desk)

    # When it is disabled, then enabled
    desk.page.get_by_role("button", name="Disable").click()
    expect(desk.page.locator("#keys")).to_contain_text("Disabled")
    assert monitor(actors, first).get("/api/v1/status-api/status").status_code == 401
    desk.page.get_by_role("button", name="Enable").click()
    expect(desk.page.get_by_role("button", name="Disable")).to_be_visible()
    assert monitor(actors, first).get("/api/v1/status-api/status").status_code == 200

    # When it is rotated
    desk.page.get_by_role("button", name="Rotate").click()
    desk.page.get_by_role("dialog", name="Rotate Uptime monitor?").get_by_role(
        "button", name="Rotate"
    ).click()
    expect(desk.page.get_by_role("dialog", name="Copy this key now")).to_be_visible()
    second = desk.page.locator("#secret-key").text_content()
    keep(desk)
    assert monitor(actors, first).get("/api/v1/status-api/status").status_code == 401
    assert monitor(actors, second).get("/api/v1/status-api/status").status_code == 200

    # When it is deleted
    desk.page.get_by_role("button", name="Delete").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(desk.page.locator("#empty")).to_be_visible()
    assert monitor(actors, second).get("/api/v1/status-api/status").status_code == 401


def test_the_rare_tabs_are_in_a_sheet_when_the_window_is_a_phones(actors, tab):
    page = actors.page()
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents"), width=390)
    keys = look.page.get_by_role("link", name="API keys")
    expect(keys).to_be_hidden()
    look.page.get_by_role("button", name="More", exact=True).click()
    keys.click()
    expect(look.page.get_by_role("heading", name="API keys")).to_be_visible()
