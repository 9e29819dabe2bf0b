"""Letters stay that are typed while a write is under way, or while a screen follows others."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, hold_writes, of, release, url
from tests.support.answers import data
from tests.support.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NAME = "Payments in Europe and the rest of the world"
KEY_MS = 30


@pytest.fixture
def page(actors):
    return actors.page("API")


@pytest.fixture
def desk(actors, tab, page):
    """Ada's tree in a tab."""
    look = at_desk(tab, actors.system, page.owner, of(page, "components"))
    look.owned = page
    return look


def names(look):
    return [node["name"] for node in data(look.owned.owner.get(f"{look.owned.path}/components"))]


def refresh(screen):
    """Make the screen follow others now; return once it did."""
    with screen.expect_response(screen.url):
        screen.evaluate("dispatchEvent(new Event('focus'))")
    screen.evaluate("new Promise(go => setTimeout(go))")


def test_no_letter_is_lost_when_a_name_is_typed_during_a_toggle(desk):
    # Given a toggle that takes its time
    held = hold_writes(desk.page, "**/components/*")
    desk.page.locator(".tree button.outage").click()
    field = desk.page.get_by_label("New component")
    field.press_sequentially(NAME[:20], delay=KEY_MS)

    # When it is done while the name is being typed
    release(desk.page, held)
    field.press_sequentially(NAME[20:], delay=KEY_MS)
    expect(desk.page.locator(".tree button.outage")).to_have_attribute("aria-pressed", "true")

    # Then the name is whole, and the focus is where it was
    expect(field).to_have_value(NAME)
    expect(field).to_be_focused()


def test_no_letter_is_lost_when_the_next_name_is_typed_during_an_addition(desk):
    # Given an addition that takes its time
    held = hold_writes(desk.page, "**/components")
    field = desk.page.get_by_label("New component")
    field.fill("Website")
    field.press("Enter")
    expect(field).to_have_value("")

    # When the next ones are typed and sent meanwhile
    field.press_sequentially("Search", delay=KEY_MS)
    field.press("Enter")
    field.press_sequentially(NAME[:20], delay=KEY_MS)
    release(desk.page, held)
    field.press_sequentially(NAME[20:], delay=KEY_MS)
    release(desk.page, held)

    # Then all are there, in their order, and what is being typed too
    expect(desk.page.locator(".tree .name")).to_have_text(["API", "Website", "Search"])
    expect(field).to_have_value(NAME)
    assert names(desk) == ["API", "Website", "Search"]


def test_both_names_can_be_had_when_an_addition_is_refused_during_the_next(desk):
    # Given an addition that is refused while the next name is typed
    held = hold_writes(desk.page, "**/components")
    field = desk.page.get_by_label("New component")
    field.fill("Website")
    field.press("Enter")
    field.press_sequentially("Search")
    refusal = {"ok": False, "error": "No room.", "code": "COMPONENT_LIMIT"}
    wait_until(lambda: desk.page.evaluate("true") and held, "a write is sent")
    held.pop().fulfill(status=403, json=refusal)
    # Then the next name is whole, and the one that was refused is a press away
    alert = desk.page.get_by_role("alert").filter(has_text="No room.")
    expect(alert).to_be_visible()
    expect(field).to_have_value("Search")
    alert.get_by_role("button", name="Show the sent text").click()
    expect(field).to_have_value("Website")


def test_an_editor_stays_open_when_its_field_is_changed_during_the_save(desk):
    # Given a name that is being saved
    held = hold_writes(desk.page, "**/components/*")
    desk.page.get_by_role("link", name="Edit API").click()
    field = desk.page.locator(".editor").get_by_label("Name")
    field.fill("Gateway")
    field.press("Enter")

    # When it is typed on
    field.press_sequentially(" of Europe", delay=KEY_MS)
    release(desk.page, held)

    # Then what was sent is saved, and the rest is still there to be
    expect(desk.page.locator(".tree .node .name")).to_have_text("Gateway")
    expect(field).to_have_value("Gateway of Europe")
    field.press("Enter")
    release(desk.page, held)
    expect(desk.page.locator(".tree .node .name")).to_have_text("Gateway of Europe")
    expect(desk.page.locator(".editor")).to_have_count(0)


def test_the_rest_of_a_message_stays_when_it_is_typed_after_the_first_part_was_sent(
    actors, tab, page
):
    made = actors.monitor(page).open("Trouble").json()["data"]["id"]
    look = at_desk(tab, actors.system, page.owner, of(page, f"incidents/{made}"))
    held = hold_writes(look.page, "**/updates")
    field = look.page.get_by_label("Message")
    field.fill("We look.")
    field.press("Control+Enter")
    field.press_sequentially(" A disk is full.", delay=KEY_MS)
    release(look.page, held)
    expect(look.page.locator(".timeline")).to_contain_text("We look.")
    expect(field).to_have_value(" A disk is full.")
    expect(field).to_be_focused()


def test_fields_and_choices_stay_when_a_screen_follows_others(actors, tab, page):
    # Given forms that are half filled in: text, a box, a choice, and a field that is only looked at
    page.leaf("Storage", kind="category")
    look = at_desk(tab, actors.system, page.owner, of(page, "components"))
    look.page.get_by_role("link", name="Edit API").click()
    editor = look.page.locator(".editor")
    editor.get_by_label("Description").fill("The do")
    editor.get_by_label("Show 90 days of uptime").uncheck()
    editor.get_by_label("Group").select_option(label="Storage")
    look.page.get_by_label("New component").focus()
    handle = look.page.get_by_label("New component").element_handle()

    # When others rename, move and delete around them
    page.leaf("Website")
    leaf = next(n for n in data(page.owner.get(f"{page.path}/components")) if n["name"] == "API")
    page.owner.patch(f"{page.path}/components/{leaf['id']}", {"position": 1, "name": "Gateway"})
    refresh(look.page)

    # Then all is as it was filled in, in the very same fields, and the rest follows
    expect(look.page.locator(".tree .name").first).to_have_text("Storage")
    expect(editor.get_by_label("Description")).to_have_value("The do")
    expect(editor.get_by_label("Show 90 days of uptime")).not_to_be_checked()
    expect(editor.get_by_label("Name")).to_have_value("Gateway")
    assert editor.get_by_label("Group").locator("option:checked").text_content() == "Storage"
    assert handle.evaluate("node => node === document.activeElement")

    # And an editor stays whose component another tab has deleted
    page.owner.delete(f"{page.path}/components/{leaf['id']}")
    refresh(look.page)
    expect(editor.get_by_label("Description")).to_have_value("The do")


def test_what_is_typed_stays_when_the_screen_itself_is_gone(actors, tab, page):
    made = actors.monitor(page).open("Trouble").json()["data"]["id"]
    path = of(page, f"incidents/{made}")
    look = at_desk(tab, actors.system, page.owner, path)
    look.page.get_by_label("Message").fill("We know")
    page.owner.delete(f"{page.path}/incidents/{made}")
    refresh(look.page)
    expect(look.page.locator("#said")).to_contain_text("no longer here")
    expect(look.page.get_by_label("Message")).to_have_value("We know")
    assert look.page.url == url(actors.system, path)


def test_an_error_goes_when_its_field_is_mended(desk):
    desk.page.get_by_role("button", name="Add component").click()
    alert = desk.page.get_by_text("Enter a name for the component.")
    expect(alert).to_be_visible()
    refresh(desk.page)
    expect(alert).to_be_visible()
    desk.page.get_by_label("New component").press_sequentially("A")
    expect(alert).to_have_count(0)
    expect(desk.page.get_by_label("New component")).not_to_have_attribute("aria-invalid", "true")
