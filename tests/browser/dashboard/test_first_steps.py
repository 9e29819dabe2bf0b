"""The first ten minutes of a page: the new-page form, the checklist, limits before a form."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of, url
from tests.support.actors import unique
from tests.support.pictures import png_text

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def steps_of(screen):
    """The checklist as people hear it: each step with whether it is done."""
    return screen.locator("#setup li a + .vh").all_text_contents()


def count(screen, number):
    expect(screen.locator("#setup")).to_contain_text(f"{number} of 4 done")


def test_the_checklist_follows_the_page_until_all_of_it_is_done(actors, tab):
    # Given a page with nothing yet
    page = actors.owner().page(is_public=False)
    screen = at_desk(tab, actors.system, page.owner).page
    count(screen, 0)

    # When each step is done, by whatever way
    done = (
        lambda: page.leaf("API"),
        lambda: page.owner.patch(page.path, {"logo": png_text(30, 30)}),
        lambda: page.owner.patch(page.path, {"isPublic": True}),
    )
    for number, do in enumerate(done, 1):
        do()
        screen.reload()
        count(screen, number)

    # Then what is left is told as such, and the last step takes the checklist away
    assert steps_of(screen) == [" (done)"] * 3 + [" (to do)"]
    assert actors.monitor(page).get("/api/v1/status-api/status").status_code == 200
    screen.reload()
    expect(screen.get_by_role("heading", name="Pages", exact=True)).to_be_visible()
    expect(screen.locator("#setup")).to_have_count(0)


@pytest.mark.parametrize(
    ("step", "screen"),
    [
        ("Name your components", "components"),
        ("Choose a logo and colours", "customize"),
        ("Publish the page", "settings"),
        ("Connect a monitor", "keys"),
    ],
)
def test_each_step_leads_to_its_screen(actors, tab, step, screen):
    page = actors.owner().page(is_public=False)
    look = at_desk(tab, actors.system, page.owner, width=390)
    look.page.get_by_role("link", name=step).click()
    expect(look.page).to_have_url(url(actors.system, of(page, screen)))
    assert look.complaints == []


def test_the_next_step_is_one_line_on_every_screen_but_where_messages_are_written(actors, tab):
    page = actors.owner().page(is_public=False)
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents"), width=390)
    for screen in ("incidents", "components", "maintenance", "keys", "settings", "activity"):
        look.go(url(actors.system, of(page, screen)))
        next_step = look.page.get_by_label("Setup").get_by_role("link").first
        expect(next_step).to_have_text("Name your components")
        assert look.overflow() == []
    for screen in ("incidents/new", "maintenance/new"):
        look.go(url(actors.system, of(page, screen)))
        expect(look.page.locator("#setup")).to_have_count(0)


def test_the_checklist_is_hidden_everywhere_until_settings_show_it_again(actors, tab):
    # Given a checklist that is hidden on the overview
    page = actors.owner().page(is_public=False)
    screen = at_desk(tab, actors.system, page.owner).page
    screen.get_by_role("button", name="Hide checklist").click()
    expect(screen.locator("#said")).to_contain_text("The checklist is hidden")
    expect(screen.locator("#setup")).to_have_count(0)

    # Then another browser does not show it either
    other = at_desk(tab, actors.system, page.owner, of(page, "settings")).page
    expect(other.locator("#setup")).to_have_count(0)

    # When settings show it again
    other.get_by_label("Show the checklist").check()
    other.get_by_role("button", name="Save").click()
    count(other, 0)


def test_a_monitor_is_connected_by_one_press_and_one_paste(actors, tab):
    page = actors.page("API")
    screen = at_desk(tab, actors.system, page.owner, of(page, "keys"), width=390).page
    screen.get_by_role("button", name="Create key").click()
    dialog = screen.get_by_role("dialog")
    key = dialog.locator("#secret-key").text_content()
    expect(dialog.locator("#try-1")).to_contain_text(f"Bearer {key}")
    expect(dialog.locator("code", has_text=page.host)).to_contain_text("/status.json")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Acme & Söhne", "acme-sohne"),
        ("Zoë's  Café #1", "zoes-cafe-1"),
        ("Straße Łódź", "strasse-lodz"),
        ("Статус Киев", "status-kiev"),
        ("Ελλάδα", "ellada"),
        ("状态 2", "2"),
        ("---", ""),
        ("W" * 62 + " Co", "w" * 62),
    ],
)
def test_an_address_is_proposed_from_the_name(actors, tab, name, address):
    screen = at_desk(tab, actors.system, actors.owner()).page
    screen.get_by_label("Name").fill(name)
    expect(screen.get_by_label("Address")).to_have_value(address)


def test_the_proposal_stops_once_the_owner_writes_an_address(actors, tab):
    screen = at_desk(tab, actors.system, actors.owner()).page
    name, address = screen.get_by_label("Name"), screen.get_by_label("Address")
    name.press_sequentially("Acme Inc")
    expect(address).to_have_value("acme-inc")

    # When another address is written, or none is wanted
    for own in ("mine", ""):
        address.fill(own)
        name.fill("Acme Limited")
        name.press_sequentially(" X")

        # Then it stays
        expect(address).to_have_value(own)


def test_a_restored_draft_still_proposes(actors, tab):
    screen = at_desk(tab, actors.system, actors.owner()).page
    screen.get_by_label("Name").fill("Acme")
    screen.reload()
    expect(screen.get_by_label("Address")).to_have_value("acme")
    screen.get_by_label("Name").press("End")
    screen.get_by_label("Name").press_sequentially(" Two")
    expect(screen.get_by_label("Address")).to_have_value("acme-two")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Asia/Kolkata"])
def test_a_new_page_has_the_zone_of_the_browser(actors, tab, zone):
    owner = actors.owner()
    look = at_desk(tab, actors.system, owner, timezone=zone)
    zone = look.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(look.page.get_by_label("Time zone")).to_have_value(zone)
    look.page.get_by_label("Name").fill("Acme")
    look.page.get_by_label("Address").fill(unique("acme"))
    look.page.get_by_role("button", name="Create page").click()
    expect(look.page.get_by_role("heading", name="Components", exact=True)).to_be_visible()
    (page,) = owner.get("/api/v1/status").json()["data"]["pages"]
    assert page["timeZone"] == zone


def test_a_plan_without_room_is_told_in_place_of_the_form(actors, tab):
    owner = actors.owner()
    owner.page()
    look = at_desk(tab, actors.system, owner, width=390)
    limit = look.page.locator("#limit")
    expect(limit).to_have_text("Your plan includes one page. Upgrade or buy a slot")
    expect(look.page.get_by_role("button", name="Create page")).to_have_count(0)
    limit.get_by_role("link").click()
    expect(look.page.get_by_role("heading", name="Tokens and slots")).to_be_visible()


def test_the_limit_of_components_is_told_before_and_when_it_is_reached(actors, tab):
    page = actors.page("A", "B", "C", "D")
    screen = at_desk(tab, actors.system, page.owner, of(page, "components")).page
    expect(screen.locator("#limit")).to_contain_text("Your plan includes five components a page.")

    # When the fifth is added
    screen.get_by_label("New component").fill("E")
    screen.get_by_role("button", name="Add component").click()

    # Then no form is offered for a sixth; a category can still be added
    expect(screen.locator("#limit")).to_contain_text("all are used. Upgrade")
    expect(screen.get_by_role("button", name="Add component")).to_have_count(0)
    screen.get_by_label("New component").fill("Group")
    screen.get_by_role("button", name="Add category").click()
    expect(screen.locator(".tree")).to_contain_text("Group")
