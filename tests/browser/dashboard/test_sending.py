"""What is sent is written once: pressed twice, answered late, or lost on the way."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ADD = "**/components"


@pytest.fixture
def desk(actors, tab):
    """Ada's empty tree in a tab."""
    page = actors.page()
    look = at_desk(tab, actors.system, page.owner, of(page, "components"))
    look.owned = page
    return look


def names(look):
    answer = look.owned.owner.get(f"{look.owned.path}/components")
    return [node["name"] for node in answer.json()["data"]]


def add(look, name):
    look.page.get_by_label("New component").fill(name)
    look.page.get_by_role("button", name="Add component").click()


def test_one_component_is_added_when_the_button_is_pressed_twice(desk):
    desk.page.get_by_label("New component").fill("API")
    desk.page.get_by_role("button", name="Add component").dblclick()
    expect(desk.page.locator(".tree .name")).to_have_text("API")
    assert names(desk) == ["API"]


def test_one_component_is_added_when_the_answer_was_lost_and_it_is_sent_again(desk):
    # Given a connection that fails once the request has arrived
    keys = []

    def lose(route):
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    desk.page.route(ADD, lose, times=1)
    add(desk, "API")
    expect(desk.page.get_by_role("alert").filter(has_text="nothing is saved twice")).to_be_visible()

    # When it is sent again
    with desk.page.expect_request(ADD) as again:
        desk.page.get_by_role("button", name="Add component").click()

    # Then it is the same write, and the next one is another
    expect(desk.page.locator(".tree .name")).to_have_text("API")
    assert again.value.headers["idempotency-key"] == keys[0]
    assert names(desk) == ["API"]
    with desk.page.expect_request(ADD) as another:
        add(desk, "API")
    assert another.value.headers["idempotency-key"] != keys[0]
    expect(desk.page.locator(".tree .name")).to_have_count(2)


def test_the_receipt_is_followed_when_a_write_is_answered_before_it_shows(desk):
    # Given answers that do not wait for the publication
    def hurry(route):
        route.continue_(headers={**route.request.headers, "prefer": "respond-async"})

    desk.page.route(ADD, hurry)

    # When something is added, and something that is refused only afterwards
    with desk.page.expect_response("**/receipts/*"):
        add(desk, "API")
    expect(desk.page.locator(".tree .name")).to_have_text("API")
    for name in "BCDE":  # meanwhile, by somebody else
        desk.owned.leaf(name)
    add(desk, "One too many")

    # Then both are told as if they had been waited for
    expect(desk.page.get_by_role("alert").filter(has_text="up to 5 components")).to_be_visible()
    expect(desk.page.get_by_label("New component")).to_have_value("One too many")


def test_what_was_typed_elsewhere_stays_when_a_part_of_the_screen_is_replaced(desk):
    desk.owned.leaf("API")
    desk.page.reload()
    desk.page.evaluate("window.sameDocument = true")
    desk.page.get_by_label("New component").fill("half a na")
    outage = desk.page.locator(".tree button.outage")
    outage.focus()
    desk.page.keyboard.press("Enter")
    expect(outage).to_have_attribute("aria-pressed", "true")
    expect(outage).to_be_focused()
    expect(desk.page.get_by_label("New component")).to_have_value("half a na")
    assert desk.page.evaluate("window.sameDocument")


def test_a_tab_shows_what_happened_meanwhile_when_its_owner_comes_back(desk):
    desk.owned.leaf("API")
    desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(desk.page.locator(".tree .name")).to_have_text("API")
