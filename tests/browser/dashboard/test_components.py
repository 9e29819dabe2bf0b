"""The tree in the dashboard: one click a status, names in place, moves by hand and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def desk(actors, tab):
    """A page with a category of two leaves between two leaves, in a tab of its owner."""
    page = actors.page("API")
    category = page.leaf("Storage", kind="category")
    page.leaf("Disks", parent=category)
    page.leaf("Tapes", parent=category)
    page.leaf("Website")
    look = at_desk(tab, actors.system, page.owner, of(page, "components"))
    look.owned, look.visitor = page, actors.visitor(page)
    return look


def row(look, name):
    return look.page.locator(".node").filter(has_text=name)


def press(look, name, status):
    button = row(look, name).get_by_role("button", name=status, exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def edit(look, name):
    look.page.get_by_role("link", name=f"Edit {name}").click()
    expect(look.page.locator(".editor").get_by_label("Name")).to_be_focused()
    return look.page.locator(".editor")


def shape(look):
    """The tree as visitors have it: (group, name)."""
    return [(leaf["group"], leaf["name"]) for leaf in look.visitor.json()["components"]]


def test_visitors_see_it_when_a_status_is_pressed(desk):
    press(desk, "Disks", "Partial Outage")
    assert desk.visitor.statuses()["Disks"] == "partial"
    expect(row(desk, "Storage").locator(".now")).to_have_text("Partial Outage")
    expect(desk.page.locator("#of-page")).to_contain_text("Partial System Outage")


def test_a_category_shows_its_pin_until_it_is_unpinned(desk):
    press(desk, "Storage", "Outage")
    expect(row(desk, "Storage").locator(".now")).to_have_text("Outage")
    assert desk.visitor.json()["status"]["indicator"] == "operational"
    press(desk, "Storage", "From its components")
    expect(row(desk, "Storage").locator(".now")).to_have_text("Online")


def test_a_node_says_something_else_when_its_form_is_saved(desk):
    form = edit(desk, "API")
    form.get_by_label("Name").fill("Gateway")
    form.get_by_label("Description").fill("The door")
    form.get_by_label("Show 90 days of uptime").uncheck()
    form.get_by_role("button", name="Save").click()
    expect(desk.page.locator(".editor")).to_have_count(0)
    expect(desk.page.get_by_role("button", name="Move Gateway")).to_be_focused()
    document = desk.visitor.get("/").text
    assert "Gateway" in document
    assert "The door" in document

    # A blank description is none, a blank name is refused in place
    form = edit(desk, "Gateway")
    form.get_by_label("Description").fill("")
    form.get_by_role("button", name="Save").click()
    expect(desk.page.get_by_text("The door")).to_have_count(0)
    form = edit(desk, "Gateway")
    form.get_by_label("Name").fill(" ")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Enter a name for the component.")).to_be_visible()


def test_nothing_but_itself_is_lost_when_a_category_is_deleted(desk):
    form = edit(desk, "Storage")
    form.get_by_role("button", name="Delete").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("move up one level")
    dialog.get_by_role("button", name="Delete").click()
    expect(desk.page.get_by_text("Storage")).to_have_count(0)
    assert shape(desk) == [(None, "API"), (None, "Disks"), (None, "Tapes"), (None, "Website")]


def test_a_leaf_stays_when_its_deletion_is_thought_better_of(desk):
    edit(desk, "API").get_by_role("button", name="Delete").click()
    desk.page.keyboard.press("Enter")  # the focus is on what keeps it
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    assert (None, "API") in shape(desk)


def test_a_node_goes_everywhere_when_arrow_keys_move_it(desk):
    # Given the focus on a leaf's grip
    grip = desk.page.get_by_role("button", name="Move Website")
    grip.focus()
    # When it goes up past the category, into it, up in it, and out of it downwards
    journey = [
        ("ArrowUp", ["API", "Website", "Storage/Disks", "Storage/Tapes"]),
        ("ArrowRight", ["API", "Storage/Disks", "Storage/Tapes", "Storage/Website"]),
        ("ArrowUp", ["API", "Storage/Disks", "Storage/Website", "Storage/Tapes"]),
        ("ArrowLeft", ["API", "Storage/Disks", "Storage/Tapes", "Website"]),
    ]
    for key, wanted in journey:
        desk.page.keyboard.press(key)
        expect(desk.page.locator("#said")).to_have_text("Moved.")
        # Then visitors see it there, and the focus went along
        assert ["/".join(filter(None, leaf)) for leaf in shape(desk)] == wanted
        expect(grip).to_be_focused()
        desk.page.evaluate("document.getElementById('said').textContent = ''")


def test_a_node_goes_where_it_is_dropped(desk):
    drag(desk, "API", "Tapes", 0.9)
    expect(desk.page.locator(".branch .name")).to_have_text(["Disks", "Tapes", "API"])
    drag(desk, "API", "Storage", 0.1)
    expect(desk.page.locator(".tree > li > .node .name")).to_have_text(
        ["API", "Storage", "Website"]
    )
    drag(desk, "Website", "Storage", 0.5)
    expect(desk.page.locator(".branch .name")).to_have_text(["Disks", "Tapes", "Website"])
    assert shape(desk)[-1] == ("Storage", "Website")


def drag(look, name, target, part):
    """Drag a node onto a row, `part` of its height down."""
    look.page.get_by_role("button", name=f"Move {name}").hover()
    box = row(look, target).bounding_box()
    look.page.mouse.down()
    look.page.mouse.move(box["x"] + 60, box["y"] + box["height"] * part, steps=6)
    look.page.mouse.up()


def test_a_cycle_is_refused_in_words_when_a_category_is_put_into_itself(desk):
    form = edit(desk, "Storage")
    options = form.get_by_label("Group").locator("option").all_inner_texts()
    assert options == ["Top level"]
    form.get_by_role("button", name="Move into the category above").click()
    expect(desk.page.locator("#said")).to_have_text(
        "The component can't move further in that direction."
    )
