"""An error stands at its field, the first one has the focus, and each goes when it is mended."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

UNMENDED = "[aria-invalid], .problem:not([hidden])"


@pytest.fixture
def page(actors):
    return actors.page("API")


def answer_with(screen, path, **fields):
    """Let each write to a path be refused for these fields."""
    body = {
        "ok": False,
        "code": "VALIDATION",
        "error": next(iter(fields.values())),
        "fields": fields,
    }
    screen.route(path, lambda route: route.fulfill(status=400, json=body))


def test_first_of_two_errors_has_the_focus_and_each_goes_with_its_field(actors, tab, page):
    # Given a form in which two fields are empty
    screen = at_desk(tab, actors.system, page.owner, "/dashboard/account").page
    form = screen.locator("#password-form")
    form.get_by_role("button", name="Change password").click()
    # When the first is filled in
    new, current = form.get_by_label("New password"), form.get_by_label("Current password")
    expect(new).to_be_focused()
    expect(current).to_have_accessible_description("Enter your current password.")
    new.press_sequentially("c")
    # Then its sentence is gone, and the other one stays until it is filled in too
    expect(form.get_by_text("Enter a new password of at least 8 characters.")).to_have_count(0)
    expect(new).not_to_have_attribute("aria-invalid", "true")
    expect(form.get_by_text("Enter your current password.")).to_be_visible()
    current.press_sequentially("c")
    expect(form.locator(UNMENDED)).to_have_count(0)


def test_error_of_a_field_that_is_folded_away_is_unfolded(actors, tab, page):
    # Given an end of an incident that is not resolved, in a part that was closed again
    screen = at_desk(tab, actors.system, page.owner, of(page, "incidents/new")).page
    screen.get_by_label("Title").fill("API down")
    screen.get_by_text("State, impact, times").click()
    end = screen.get_by_label("End")
    end.fill("2026-01-01T10:00")
    screen.get_by_text("State, impact, times").click()
    expect(end).to_be_hidden()
    # When it is published
    screen.get_by_role("button", name="Publish incident").click()
    # Then the field is shown with a sentence that names it as its label does, and has the focus
    expect(end).to_be_focused()
    sentence = "An end can only be given with the state resolved."
    expect(end).to_have_accessible_description(re.compile(re.escape(sentence)))
    # and the sentence goes with the time
    end.fill("")
    expect(screen.locator(f"#report :is({UNMENDED})")).to_have_count(0)


def test_summary_goes_when_no_field_is_left_to_mend(actors, tab, page):
    # Given a refusal for a field of the form, for its components and for one that it does not show
    screen = at_desk(tab, actors.system, page.owner, of(page, "incidents/new")).page
    answer_with(
        screen,
        "**/incidents",
        title="The title (title) is odd.",
        components="The affected components (components[0]) are odd.",
        elsewhere="This (elsewhere) is odd.",
    )
    form = screen.locator("#report")
    screen.get_by_label("Title").fill("API down")
    form.get_by_role("button", name="Publish incident").click()
    summary = form.locator("[data-sums]")
    expect(summary).to_have_text("This is odd.")
    expect(form.get_by_text("The affected components are odd.")).to_be_visible()
    # When the fields that it does show are mended
    screen.get_by_label("Title").press_sequentially("!")
    expect(summary).to_be_visible()
    form.get_by_role("checkbox", name="API").check()
    # Then nothing is said any more
    expect(form.locator(UNMENDED)).to_have_count(0)


def test_error_of_a_checkbox_stands_below_it(actors, tab, page):
    # Given a refusal for a checkbox
    screen = at_desk(tab, actors.system, page.owner, of(page, "settings")).page
    answer_with(screen, f"**{page.path}", noindex="Hiding this page (noindex) is odd.")
    box = screen.get_by_label("Hide this page from search engines")
    box.check()
    screen.get_by_role("button", name="Save").click()
    # When it is pressed again
    expect(box).to_have_accessible_description("Hiding this page is odd.")
    expect(box).to_be_focused()
    box.uncheck()
    # Then the sentence is gone
    expect(screen.locator(f"#settings :is({UNMENDED})")).to_have_count(0)
