"""Visitors subscribe on the page, confirm, choose and leave, with and without JavaScript.

Source: docs/behaviour.md, "Subscribers" and "Consent and leaving".
"""

import pytest
from playwright.sync_api import expect

from tests.browser.faults import faults
from tests.browser.stage import poll
from tests.support.actors import unique
from tests.support.subscriptions import mailing_web, mails_to, path_in, subscribers_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


COUNT_SHIFTS = """() => { window.shifts = 0; new PerformanceObserver(list => {
  for (const shift of list.getEntries()) shifts += shift.hadRecentInput ? 0 : shift.value;
}).observe({type: 'layout-shift', buffered: true}); }"""


@pytest.fixture(scope="module")
def web(system):
    with mailing_web(system) as number:
        yield number


@pytest.fixture
def go(actors, web, tab):
    """Open tabs at the web process that keeps mails."""

    def opened(host, path="/", **more):
        return tab(f"http://{host}:{actors.system.webs[web].port}{path}", **more)

    return opened


def subscribed(look, button="Get updates"):
    """Fill in the form behind a button; return the address."""
    address = f"{unique('vi')}@example.com"
    look.page.get_by_role("button", name=button).click()
    look.page.get_by_label("E-mail address").and_(look.page.locator(":visible")).fill(address)
    look.page.get_by_role("button", name="Subscribe").and_(look.page.locator(":visible")).click()
    expect(look.page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    assert look.complaints == []
    return address


@pytest.mark.parametrize("has_script", [True, False], ids=["with_script", "without_script"])
def test_visitor_subscribes_confirms_chooses_and_leaves(actors, go, has_script):
    page = actors.page("API", "Web")
    look = go(page.host, width=390, java_script_enabled=has_script)
    address = subscribed(look)
    # Given the link of the mail, when the button is pressed
    [mail] = mails_to(actors.system, address)
    link = go("localhost", path_in(mail.body), width=390, java_script_enabled=has_script)
    assert link.overflow() == []
    link.page.get_by_role("button", name="Confirm").click()
    expect(link.page.get_by_role("heading", name="You are subscribed")).to_be_visible()
    # then components are chosen
    link.page.get_by_role("link", name="Choose what you get").click()
    link.page.get_by_label("Only these").check()
    link.page.get_by_label("Web").check()
    link.page.get_by_label("Impact").select_option("major")
    link.page.get_by_role("button", name="Save choices").click()
    expect(link.page.get_by_text("Choices saved")).to_be_visible()
    expect(link.page.get_by_label("Web")).to_be_checked()
    [row] = subscribers_of(actors.system, page.id)
    assert (len(row.components), row.impact) == (1, "major")
    # and one button leaves
    link.page.get_by_role("button", name="Unsubscribe").click()
    expect(link.page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    assert not subscribers_of(actors.system, page.id)
    assert link.complaints == []


def test_visitor_follows_one_incident_from_its_permalink(actors, go):
    page = actors.page("API")
    incident = page.incident(title="Down").rpartition("/")[2]
    look = go(page.host, f"/incidents/{incident}")
    subscribed(look, "Follow this incident")
    [row] = subscribers_of(actors.system, page.id)
    assert row.incident_id == incident


@pytest.mark.parametrize("width", [390, 1280])
def test_form_stays_while_the_page_is_updated_and_moves_nothing(actors, go, width):
    page = actors.page("API")
    look = go(page.host, width=width, theme="light" if width == 390 else "dark")
    look.page.evaluate(COUNT_SHIFTS)
    look.page.get_by_role("button", name="Get updates").click()
    field = look.page.get_by_label("E-mail address")
    expect(field).to_be_focused()
    look.page.get_by_text("Slack, Discord").click()
    assert faults(look) == []
    assert (look.overflow(), look.small_text()) == ([], [])
    assert look.page.evaluate("shifts") == 0
    # When the page says something new meanwhile
    field.fill("vi@exam")
    page.incident(title="Down")
    poll(look)
    expect(look.page.get_by_text("Down").first).to_be_attached()
    # then what was typed is still there, and the form closes by its button
    expect(field).to_have_value("vi@exam")
    look.page.get_by_role("button", name="Close").click()
    expect(field).to_be_hidden()
