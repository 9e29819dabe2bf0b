"""An open tab says so when what it shows can't be confirmed, and only then.

Source: docs/behaviour.md, "The page in the browser".
"""

import re

import pytest
from playwright.sync_api import Error, expect

from tests.browser.stage import address, expect_soon, poll
from tests.support.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CANT = re.compile(r"^Can’t refresh since \d\d:\d\d\. Trying again automatically\.$")
COPY = "This copy may be out of date."


@pytest.fixture
def watched(actors, tab):
    """A page with an incident, and a tab with a clock of the test's that looks at it."""
    page = actors.page("API")
    monitor = actors.monitor(page)
    look = tab(address(actors.system, page.host))
    look.page.clock.install()
    look.go(look.page.url)
    look.owned, look.monitor, look.line = page, monitor, look.page.locator("#fresh")
    look.incident = monitor.open("Slow disks").json()["data"]["id"]
    return look


def refuse(route):
    route.abort("connectionrefused")


def fail(route):
    route.fulfill(status=503, body="")


def portal(route):
    route.fulfill(body="<p>Log in to this network</p>", content_type="text/html")


@pytest.mark.parametrize("loss", [refuse, fail, portal])
def test_one_line_says_since_when_it_cant_refresh_until_an_answer_comes(watched, loss):
    # Given a tab that is up to date
    expect(watched.line).to_be_hidden()
    watched.page.route("**/status-version.json", loss)

    # When nothing answers for two minutes
    watched.page.clock.run_for(120_000)

    # Then one line says so, once for all readers
    expect(watched.line).to_have_text(CANT)
    expect(watched.page.locator("#live")).to_have_text(CANT)

    # When the next answer comes
    watched.page.unroute("**/status-version.json")
    poll(watched)

    # Then it is gone
    expect_soon(watched.line).to_be_hidden()


def test_one_missed_answer_is_no_news_when_the_next_one_comes(watched):
    watched.page.route("**/status-version.json", refuse, times=1)
    with watched.page.expect_event("requestfailed"):
        poll(watched)
    expect(watched.line).to_be_hidden()


def test_a_tab_without_network_says_so_when_two_minutes_are_over(watched):
    watched.page.context.set_offline(True)
    watched.page.clock.run_for(120_000)
    expect(watched.line).to_have_text(CANT)
    watched.page.context.set_offline(False)
    expect_soon(watched.line).to_be_hidden()
    assert watched.complaints == []


def test_a_page_that_was_hidden_says_that_it_is_no_longer_here(watched):
    owner, path = watched.owned.owner, watched.owned.path
    owner.done(owner.patch(path, {"isPublic": False}), 200)
    poll(watched)
    expect_soon(watched.line).to_have_text("This page is no longer here.")

    owner.done(owner.patch(path, {"isPublic": True}), 200)
    expect_soon(watched.line).to_be_hidden()


def test_a_permalink_says_so_when_its_incident_was_deleted(watched, actors):
    watched.go(address(actors.system, watched.owned.host, f"/incidents/{watched.incident}"))
    owner, path = watched.owned.owner, watched.owned.path
    owner.done(owner.delete(f"{path}/incidents/{watched.incident}"), 200)
    poll(watched)
    expect_soon(watched.line).to_have_text("This incident is no longer here.")


LABELS = {"x-hepstatus-copy": "stale", "server-timing": "copy;desc=stale"}


def label(caller, path):
    """Answer as the product does, with the label of a copy."""
    answer = caller.get(path)
    headers = {"content-type": answer.headers["content-type"], **LABELS}
    return lambda route: route.fulfill(body=answer.text, headers=headers)


def test_a_copy_is_called_one_until_an_answer_is_none(watched, actors):
    vi = actors.visitor(watched.owned)
    watched.page.route("**/status-version.json", label(vi, "/status-version.json"))
    poll(watched)
    expect_soon(watched.line).to_have_text(COPY)
    watched.page.unroute("**/status-version.json")
    expect_soon(watched.line).to_be_hidden()


def test_a_document_that_is_a_copy_is_called_one_when_it_is_opened(actors, tab):
    page = actors.page("API")
    url = address(actors.system, page.host)
    look = tab(url)
    look.page.route(url, label(actors.visitor(page), "/"))
    look.page.route("**/status-version.json", refuse)
    look.go(url)
    expect(look.page.locator("#fresh")).to_have_text(COPY)
    expect(look.page.locator("[data-checked]")).to_have_text("")
    look.page.unroute("**/status-version.json")
    expect_soon(look.page.locator("#fresh")).to_be_hidden()


def seen(look, script):
    """What a script sees in a tab; nothing while it is being loaded."""
    try:
        return look.page.evaluate(script)
    except Error:
        return None


@pytest.mark.parametrize(
    "settings",
    [
        {"theme": {"mode": "light"}},
        {"theme": {"accent": "#ff8800"}},
        {"timeZone": "Asia/Tokyo"},
        {"name": "Acme & Sons", "description": "All that we run"},
        {"showUptime": False, "labels": {"operational": "Fine"}},
    ],
    ids="+".join,
)
def test_an_open_tab_is_like_a_new_one_when_settings_change(watched, tab, settings):
    # Given an open tab, of which nothing has been reloaded
    page = watched.owned
    poll(watched)

    # When its owner changes a setting
    page.owner.done(page.owner.patch(page.path, settings), 200)
    new = tab(watched.page.url, theme="dark")
    poll(watched)

    # Then the tab looks like one that was opened afterwards
    look = """() => ['style', 'header', '.lead', '.tree', 'footer'].map(part =>
      document.querySelector(part)?.textContent).concat(document.documentElement.dataset.zone,
      getComputedStyle(document.body).backgroundColor, document.title)"""
    wait_until(lambda: seen(watched, look) == seen(new, look), "they are alike")
    # And the browser had nothing to object to
    assert watched.complaints == []


def test_nothing_is_asked_in_a_hidden_tab_and_at_once_when_it_is_shown(watched):
    # Given a tab in the background
    hide = """is => { Object.defineProperty(document, 'hidden', {value: is, configurable: true});
      document.dispatchEvent(new Event('visibilitychange')); }"""
    watched.page.evaluate(hide, arg=True)
    asked = len(watched.requests)

    # When ten minutes pass
    watched.page.clock.run_for(600_000)

    # Then nothing was asked
    assert watched.requests[asked:] == []

    # When it is looked at again, then it asks
    with watched.page.expect_request("**/status-version.json"):
        watched.page.evaluate(hide, arg=False)


def test_the_page_says_that_it_refreshes_automatically(watched, actors):
    for path in ("/", "/history", f"/incidents/{watched.incident}"):
        watched.go(address(actors.system, watched.owned.host, path))
        expect(watched.page.locator("footer")).to_contain_text("This page refreshes automatically.")
