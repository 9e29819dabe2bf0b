"""/docs in a browser: found by search, filled with the reader's names, tried and copied.

Source: docs/behaviour.md, "Description of the API".
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, url
from tests.browser.faults import faults, faults_in
from web.openapi.prose import CHAPTERS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PATHS = ["/docs", *(f"/docs/{chapter.anchor}" for chapter in CHAPTERS)]


@pytest.fixture
def page(actors):
    """Ada's page with a component that is called otherwise than in the examples."""
    page = actors.page("Checkout")
    page.secret = page.key()["key"]
    return page


def call(look, name):
    return look.page.locator(f".call:has(#{name})")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_found_by_axe_when_a_reader_looks_at(actors, tab, path):
    look = tab(url(actors.system, path), reduced_motion="reduce")
    assert faults_in(look, "dark") == []
    assert look.overflow() == []
    assert look.small_text() == []
    # and on a phone, in the other theme
    look.page.set_viewport_size({"width": 320, "height": 900})
    assert faults_in(look, "light") == []
    assert look.overflow() == []
    assert look.complaints == []


def test_contents_and_examples_are_there_when_there_is_no_script(actors, tab):
    look = tab(url(actors.system, "/docs"), java_script_enabled=False)
    # given the start, when a chapter is opened from the rail
    look.page.get_by_role("navigation", name="Contents").get_by_role(
        "link", name="Publish an incident or a maintenance"
    ).click()
    expect(look.page.get_by_role("heading", level=1)).to_have_text(
        "Publish an incident or a maintenance"
    )
    # then its examples are whole, and what needs a script is not there
    expect(call(look, "openIncident").locator(".code")).to_contain_text("curl -sS http://localhost")
    for gone in ("search", "#reader", "form.try", ".copy"):
        expect(look.page.locator(f"{gone}:visible")).to_have_count(0)


def test_contents_open_over_the_page_when_the_window_is_a_phones(actors, tab):
    look = tab(url(actors.system, "/docs/incidents"), width=390)
    rail = look.page.get_by_role("navigation", name="Contents")
    expect(rail).to_be_hidden()
    look.page.get_by_role("button", name="Contents").click()
    expect(rail).to_be_visible()
    assert faults(look) == []
    rail.get_by_role("link", name="Connect a domain").click()
    expect(look.page.get_by_role("heading", level=1)).to_have_text("Connect a domain")


@pytest.mark.parametrize(
    ("words", "title", "address"),
    [
        ("open incid", "Open incident", r"/docs/incidents#openIncident$"),
        ("NO_KEY", "Error codes", r"/docs/conventions#error-codes$"),
        ("crontab", "cron and curl", r"/docs/recipes#cron-and-curl$"),
        ("scheduledStart POST", "Open incident", r"/docs/incidents#openIncident$"),
    ],
)
def test_search_leads_there_when_a_reader_types(actors, tab, words, title, address):
    look = tab(url(actors.system, "/docs/keys"))
    look.page.keyboard.press("Control+k")
    look.page.get_by_role("searchbox", name="Search the docs").press_sequentially(words)
    result = look.page.locator("#results a").filter(has_text=title).first
    expect(result).to_be_visible()
    assert faults(look) == []
    assert look.overflow() == []
    result.click()
    expect(look.page).to_have_url(re.compile(address))


def test_search_says_so_when_nothing_is_found_and_goes_with_escape(actors, tab):
    look = tab(url(actors.system, "/docs"))
    field = look.page.get_by_role("searchbox")
    field.fill("xyzzy <b>")
    expect(look.page.locator("#found")).to_have_text("No results for “xyzzy <b>”")
    field.press("Escape")
    expect(field).to_have_value("")
    expect(look.page.locator("#found")).to_be_empty()


def test_keyboard_goes_through_results_when_arrows_are_pressed(actors, tab):
    look = tab(url(actors.system, "/docs"))
    field = look.page.get_by_role("searchbox")
    field.fill("incident")
    results = look.page.locator("#results a")
    expect(results.nth(1)).to_be_visible()
    field.press("ArrowDown")
    expect(results.nth(0)).to_be_focused()
    look.page.keyboard.press("ArrowDown")
    expect(results.nth(1)).to_be_focused()
    look.page.keyboard.press("ArrowUp")
    look.page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()


@pytest.mark.parametrize(
    ("anchor", "address"),
    [
        ("openIncident", r"/docs/incidents#openIncident$"),
        ("every-host", r"/docs/every-host$"),
        ("setStatus", r"/docs/monitors#setStatus$"),
    ],
)
def test_a_former_anchor_leads_on_when_it_is_followed(actors, tab, anchor, address):
    look = tab(url(actors.system, f"/docs#{anchor}"))
    expect(look.page).to_have_url(re.compile(address))


def test_examples_name_the_readers_page_when_she_is_logged_in(actors, tab, page):
    # given an owner, when she reads of her own calls, then they are about her page
    look = at_desk(tab, actors.system, page.owner, "/docs/components")
    examples = look.page.locator(".code code")
    expect(examples.first).to_contain_text(f"/api/v1/status/{page.id}/")
    expect(look.page.get_by_label("Page in the examples")).to_have_value(page.id)
    # then those of visitors name its host
    look.go(url(actors.system, "/docs/visitors"))
    expect(examples.first).to_contain_text(f"//{page.host}:")
    # and those of monitors its component, and the key once it is pasted
    look.go(url(actors.system, "/docs/monitors"))
    report = call(look, "reportIncident")
    expect(report.locator(".code")).to_contain_text('"component": "Checkout"')
    expect(report.get_by_label("Body")).to_have_value(re.compile('"component": "Checkout"'))
    look.page.get_by_label("Key of your page").fill(page.secret)
    expect(report.locator(".code")).to_contain_text(f"Bearer {page.secret}")


def test_a_strange_name_breaks_no_example_when_it_is_filled_in(actors, tab):
    page = actors.page("""It's "down" $(reboot) </code>""")
    leaf = page.owner.get(f"{page.path}/components").json()["data"][0]["id"]
    look = at_desk(tab, actors.system, page.owner, "/docs/monitors")
    # then its id stands for it
    example = call(look, "reportIncident").locator(".code")
    expect(example).to_contain_text(f'"component": "{leaf}"')
    look.page.get_by_label("Key of your page").fill("'; reboot")
    expect(example).to_contain_text('"Authorization: Bearer $KEY"')


def test_incident_is_published_and_resolved_when_a_reader_tries_it(actors, tab, page):
    look = at_desk(tab, actors.system, page.owner, "/docs/monitors")
    report = call(look, "reportIncident")
    vi = actors.visitor(page)
    # given no key, then nothing is sent
    report.get_by_role("button", name="Send").click()
    expect(report.locator(".outcome")).to_have_text("Paste the key of your page above first.")
    expect(look.page.get_by_label("Key of your page")).to_be_focused()
    # when the key is pasted and the call is sent
    look.page.keyboard.insert_text(page.secret)
    report.get_by_role("button", name="Send").click()
    # then visitors see it, and the reader its answer
    expect(report.locator(".outcome")).to_contain_text("201")
    assert vi.statuses() == {"Checkout": "degraded"}
    incident = vi.json()["incidents"][0]["id"]
    expect(report.locator("form pre")).to_contain_text(incident)
    assert faults(look) == []
    # and the next call is about that incident
    update = call(look, "reportUpdate")
    expect(update.get_by_label("incidentId")).to_have_value(incident)
    update.get_by_role("button", name="Send").click()
    expect(update.locator(".outcome")).to_contain_text("201")
    assert vi.statuses() == {"Checkout": "operational"}
    # and nothing of it is stored
    stored = "[...Object.values(localStorage), ...Object.values(sessionStorage)].join()"
    assert look.page.evaluate(stored) == ""
    assert page.secret not in {cookie["value"] for cookie in look.page.context.cookies()}
    look.page.reload()
    expect(look.page.get_by_label("Key of your page")).to_have_value("")


def test_refusal_is_shown_when_a_reader_tries_a_wrong_call(actors, tab, page):
    look = tab(url(actors.system, "/docs/monitors"))
    look.page.get_by_label("Key of your page").fill(page.secret)
    status = call(look, "setStatus")
    # a name that has to be escaped in an address
    status.get_by_label("component").fill("no/such?")
    status.get_by_role("button", name="Send").click()
    expect(status.locator(".outcome")).to_have_text("404: refused")
    expect(status.locator("form pre")).to_contain_text('"code": "NOT_FOUND"')
    # a body that is no JSON is sent as it is typed
    status.get_by_label("component").fill("Checkout")
    status.get_by_label("Body").fill("{")
    status.get_by_label("Body").press("Tab")
    status.get_by_role("button", name="Send").click()
    expect(status.locator("form pre")).to_contain_text('"code": "VALIDATION"')
    # and a call that can't be made says so
    look.page.context.set_offline(True)
    status.get_by_role("button", name="Send").click()
    expect(status.locator(".outcome")).to_contain_text("No answer arrived")


def test_example_is_in_the_clipboard_when_it_was_copied(actors, tab, page):
    look = at_desk(tab, actors.system, page.owner, "/docs")
    look.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    look.page.get_by_label("Key of your page").fill(page.secret)
    look.page.get_by_role("button", name="Copy").first.click()
    expect(look.page.get_by_role("button", name="Copied")).to_be_visible()
    assert look.page.evaluate("navigator.clipboard.readText()") == f"KEY={page.secret}"
