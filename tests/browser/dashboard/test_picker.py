"""The components of an incident are found, and chosen by whole categories, on a phone at night."""

import pytest
from playwright.sync_api import expect

from domain.page.commands import AddComponent, SetEntitlement
from domain.page.state import ComponentKind, Entitlement, Tier
from tests.browser.dashboard.owner_at_screen import at_desk, of, pick, url
from tests.browser.faults import faults
from tests.browser.stage import write
from tests.support.actors import Actors, unique

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AREAS = ("Europe", "America", "Asia", "Payments", "Storage", "Search")
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


def grow(system, page):
    """Give a page 60 components: ten in each area, one of them two levels deep."""
    commands = [SetEntitlement(Entitlement(Tier.PRIME))]
    for area in AREAS:
        parent = f"c_{area}{unique('x')}"
        commands.append(AddComponent(parent, area, ComponentKind.CATEGORY))
        inner = f"c_{area}{unique('y')}"
        commands.append(AddComponent(inner, f"{area} core", ComponentKind.CATEGORY, parent))
        for number in range(10):
            of_area = parent if number else inner
            name = f"{area} service {number}"
            commands.append(AddComponent(f"c_{unique('z')}", name, parent=of_area))
    write(system, page.id, *commands)


@pytest.fixture(scope="module")
def large(system):
    """A page of 60 components."""
    with Actors(system) as actors:
        page = actors.owner().page()
        grow(system, page)
        yield page


@pytest.fixture
def form(actors, tab, large):
    """The form of an incident of the large page on a phone."""
    return at_desk(tab, actors.system, large.owner, of(large, "incidents/new"), **PHONE)


def chosen(look):
    """What the form would send: status by name."""
    return look.page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".pick")]
        .filter(row => row.querySelector("select").value)
        .map(row => [row.querySelector(".name").lastElementChild.textContent,
          row.querySelector("select").value]))"""
    )


def test_sixty_components_fit_a_phone_screen_and_a_half(form):
    height = form.page.evaluate("document.documentElement.scrollHeight")
    assert height <= 1.5 * PHONE["height"]
    assert form.overflow() == []
    assert form.small_text() == []
    # as it is read, with nothing of it half below the bar of actions
    form.page.locator(".picker .foot").evaluate("node => node.scrollIntoView({block: 'center'})")
    assert faults(form) == []
    order = form.page.locator("#title, #body, .picker").evaluate_all(
        "nodes => nodes.map(node => node.id || node.className)"
    )
    assert order == ["title", "body", "picker"]


def test_an_incident_takes_six_taps_and_one_search_on_a_phone(actors, tab, large):
    # Given the owner of 60 components, at the list of her pages
    look = at_desk(tab, actors.system, large.owner, **PHONE)
    taps = []

    def tap(locator):
        taps.append(locator)
        locator.tap()

    # When a thumb tells of an incident of one of them
    tap(look.page.get_by_role("link", name="Create incident"))
    expect(look.page.get_by_label("Title")).to_be_focused()
    look.page.keyboard.type("Payments are slow")
    tap(look.page.get_by_label("Search components"))
    look.page.keyboard.type("payments 7")
    tap(look.page.get_by_role("checkbox", name="Payments service 7"))
    taps.append("opens the statuses")
    look.page.get_by_label("Status of Payments Payments service 7").select_option(label="Degraded")
    tap(look.page.get_by_role("button", name="Publish incident"))
    expect(look.page.get_by_role("heading", name="Payments are slow")).to_be_visible()

    # Then visitors see it, after no more than six
    assert len(taps) <= 6
    statuses = actors.visitor(large).statuses()
    worse = {name for name, status in statuses.items() if status == "degraded"}
    assert worse == {"Payments service 7"}


def test_a_whole_category_gets_one_status_with_its_sub_categories(form):
    form.page.get_by_role("checkbox", name="All of Asia", exact=True).check()
    expect(form.page.locator(".foot")).to_contain_text("10 selected: Asia service 0,")
    form.page.get_by_label("Status of all selected").select_option(label="Degraded")
    assert chosen(form) == {f"Asia service {n}": "degraded" for n in range(10)}
    # And one of them is not affected, and another is worse
    form.page.locator("summary").filter(has_text="Asia").first.click()
    form.page.get_by_role("checkbox", name="Asia Asia service 3").uncheck()
    form.page.get_by_label("Status of Asia Asia service 4").select_option(label="Outage")
    expect(form.page.locator("summary").filter(has_text="Asia").first).to_contain_text(
        "9 of 10 selected"
    )
    assert chosen(form)["Asia service 4"] == "outage"
    assert "Asia service 3" not in chosen(form)
    assert faults(form) == []
    # And the words stand beside the glyphs
    expect(form.page.get_by_label("Status of Asia Asia service 4")).to_be_visible()
    assert form.overflow() == []


def test_a_search_narrows_what_is_chosen_at_once(form):
    form.page.get_by_label("Search components").fill("ASIA core")
    expect(form.page.locator(".pick:visible")).to_have_count(1)
    form.page.get_by_label("Search components").fill("service 3")
    expect(form.page.locator(".pick:visible")).to_have_count(6)
    form.page.get_by_role("checkbox", name="All of Europe", exact=True).click()
    assert chosen(form) == {"Europe service 3": "outage"}
    form.page.get_by_role("checkbox", name="All of Europe", exact=True).click()
    assert chosen(form) == {}
    form.page.get_by_role("checkbox", name="All of Europe", exact=True).click()
    form.page.get_by_label("Search components").fill("nothing of the kind")
    expect(form.page.get_by_text("No component matches.")).to_be_visible()
    form.page.get_by_label("Search components").fill("")
    assert chosen(form) == {"Europe service 3": "outage"}


def test_components_are_chosen_without_a_mouse(form):
    keys = form.page.keyboard
    form.page.get_by_label("Search components").focus()
    # Enter selects the first match, and does not send the form
    keys.type("search service 5")
    keys.press("Enter")
    assert chosen(form) == {"Search service 5": "outage"}
    keys.press("Control+A")
    keys.type("storage")
    # Arrows go through categories and components, the blank selects
    for _ in range(3):
        keys.press("ArrowDown")
    assert form.page.evaluate("document.activeElement.ariaLabel") == "All of Storage core"
    keys.press("Space")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("ArrowUp")
    assert list(chosen(form)) == ["Storage service 0", "Search service 5"]
    assert chosen(form)["Storage service 0"] != "outage"
    assert form.page.url.endswith("/incidents/new")


def test_what_was_chosen_stays_when_the_tree_grows_meanwhile(actors, form, large):
    pick_first = form.page.get_by_role("checkbox", name="All of Search core")
    form.page.get_by_label("Search components").fill("search core")
    pick_first.check()
    large.leaf("Aaa", position=0)
    with form.page.expect_response(form.page.url):
        form.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(form.page.locator(".pick .name", has_text="Aaa")).to_have_count(1)
    expect(form.page.locator(".pick:visible")).to_have_count(1)
    assert chosen(form) == {"Search service 0": "outage"}


def test_what_an_incident_holds_comes_first_when_an_update_is_written(actors, tab):
    page = actors.page("API", "Website")
    down = [{"component": "API", "status": "outage"}]
    made = actors.monitor(page).open("Down", components=down).json()["data"]["id"]
    look = at_desk(tab, actors.system, page.owner, of(page, f"incidents/{made}"))
    held = look.page.locator("#picker-held")
    expect(held).to_contain_text("API")
    expect(held).to_contain_text("Outage")
    # Selected, it is well again unless something else is said
    pick(look.page, "API")
    expect(look.page.get_by_label("Status of API")).to_have_value("operational")
    pick(look.page, "Website", "Degraded")
    look.page.get_by_role("radio", name="Monitoring").check()
    look.page.get_by_role("button", name="Publish update").click()
    expect(look.page.locator("#said")).to_contain_text("Update published.")
    assert actors.visitor(page).statuses() == {"API": "operational", "Website": "degraded"}
    expect(look.page.get_by_role("checkbox", name="API", exact=True)).not_to_be_checked()


def test_leaves_of_a_maintenance_are_chosen_alike(actors, tab, large):
    look = at_desk(tab, actors.system, large.owner, of(large, "maintenance/new"), **PHONE)
    look.page.get_by_label("Title").fill("New disks")
    look.page.get_by_label("Search components").fill("storage")
    look.page.get_by_role("checkbox", name="All of Storage", exact=True).check()
    expect(look.page.locator(".foot")).to_contain_text("10 selected")
    look.page.get_by_role("button", name="Schedule").click()
    expect(look.page).to_have_url(url(actors.system, of(large, "maintenance")))
    [window] = actors.visitor(large).json()["maintenances"]
    assert len(window["components"]) == 10
