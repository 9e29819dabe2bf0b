"""A draft comes back: after a reload, another screen, a logout, and a login over the screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of, pick, url
from tests.browser.faults import faults
from tests.support.actors import PASSWORD
from tests.support.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def page(actors):
    return actors.page("API", "Website")


@pytest.fixture
def form(actors, tab, page):
    """The form of an incident, half filled in."""
    look = at_desk(tab, actors.system, page.owner, of(page, "incidents/new"))
    look.page.get_by_label("Title").fill("Payments fail")
    look.page.get_by_label("Message").fill("Two lines\nof a message")
    pick(look.page, "API", "Degraded")
    look.page.get_by_text("State, impact, times").click()
    look.page.get_by_label("Impact").select_option("minor")
    return look


def expect_draft(look):
    expect(look.page.get_by_label("Title")).to_have_value("Payments fail")
    expect(look.page.get_by_label("Message")).to_have_value("Two lines\nof a message")
    expect(look.page.get_by_role("checkbox", name="API", exact=True)).to_be_checked()
    expect(look.page.get_by_label("Status of API")).to_have_value("degraded")
    expect(look.page.get_by_label("Impact")).to_have_value("minor")
    expect(look.page.get_by_text("Draft restored.")).to_be_visible()
    expect(look.page.get_by_text("1 selected: API")).to_be_visible()


def drafts(look):
    return look.page.evaluate("Object.values({...sessionStorage}).join('')")


def log_in(screen, owner):
    screen.get_by_label("E-mail").fill(owner.email)
    screen.get_by_label("Password").fill(PASSWORD)
    screen.get_by_role("button", name="Log in").click()


def test_a_draft_is_there_when_the_screen_is_reloaded(form):
    form.page.reload()
    expect_draft(form)
    assert faults(form) == []


def test_a_draft_is_there_when_the_rail_led_elsewhere_and_back(form):
    form.page.get_by_role("link", name="Components").click()
    form.page.get_by_role("link", name="Incidents").click()
    form.page.get_by_role("link", name="Create incident").click()
    expect_draft(form)


def test_a_draft_is_there_when_its_owner_logs_out_and_comes_back(form, page):
    path = form.page.url
    form.page.get_by_role("button", name="Log out").click()
    log_in(form.page, page.owner)
    expect(form.page.get_by_role("heading", name="Pages")).to_be_visible()
    form.go(path)
    expect_draft(form)


def test_a_draft_is_gone_when_another_account_logs_in(actors, form):
    form.page.get_by_role("button", name="Log out").click()
    expect(form.page.get_by_role("heading", name="Log in")).to_be_visible()
    assert "Payments fail" in drafts(form)
    log_in(form.page, actors.owner("bo"))
    expect(form.page.get_by_role("heading", name="Pages")).to_be_visible()
    assert drafts(form) == ""


def test_a_draft_is_gone_when_it_was_published_or_discarded(actors, form, page):
    form.page.get_by_role("button", name="Publish incident").click()
    expect(form.page.get_by_role("heading", name="Payments fail")).to_be_visible()
    assert drafts(form) == ""
    assert actors.visitor(page).statuses()["API"] == "degraded"
    form.go(url(actors.system, of(page, "incidents/new")))
    expect(form.page.get_by_label("Title")).to_have_value("")

    form.page.get_by_label("Title").fill("A mistake")
    form.page.reload()
    form.page.get_by_role("button", name="Discard").click()
    expect(form.page.get_by_label("Title")).to_have_value("")
    assert drafts(form) == ""


def test_a_write_goes_on_after_a_login_over_the_screen_when_the_session_ended(actors, form, page):
    # Given a session that ended while a form was filled in
    page.owner.post("/api/v1/auth/logout")
    form.page.evaluate("window.sameDocument = true")
    form.page.get_by_role("button", name="Publish incident").click()
    dialog = form.page.get_by_role("dialog", name="Log in to continue")
    expect(dialog.get_by_label("E-mail")).to_have_value(page.owner.email)
    assert faults(form) == []

    # When its owner mistypes her password, and then not
    dialog.get_by_label("Password").fill("wrong password")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog.get_by_role("alert").filter(has_text="do not match")).to_be_visible()
    assert form.page.evaluate("window.sameDocument")
    dialog.get_by_label("Password").fill(PASSWORD)
    form.page.keyboard.press("Enter")

    # Then the incident is published, and no password was kept
    expect(form.page.get_by_role("heading", name="Payments fail")).to_be_visible()
    assert actors.visitor(page).statuses()["API"] == "degraded"
    assert PASSWORD not in drafts(form)


def test_all_stays_when_the_login_over_the_screen_is_declined(form, page):
    page.owner.post("/api/v1/auth/logout")
    form.page.get_by_role("button", name="Publish incident").click()
    form.page.get_by_role("button", name="Not now").click()
    expect(form.page.get_by_role("alert").filter(has_text="Log in to continue.")).to_be_visible()
    form.page.evaluate("document.activeElement.blur(); dispatchEvent(new Event('focus'))")
    expect(form.page.get_by_label("Title")).to_have_value("Payments fail")
    expect(form.page.get_by_role("dialog")).to_have_count(0)


def test_another_account_gets_nothing_of_the_screen_when_it_logs_in_over_it(actors, form, page):
    page.owner.post("/api/v1/auth/logout")
    form.page.get_by_role("button", name="Publish incident").click()
    dialog = form.page.get_by_role("dialog", name="Log in to continue")
    log_in(dialog, actors.owner("bo"))
    expect(form.page).to_have_url(url(actors.system))
    assert drafts(form) == ""
    assert actors.visitor(page).json()["incidents"] == []


def test_no_secret_is_kept_when_a_password_is_typed(actors, tab, page):
    look = at_desk(tab, actors.system, page.owner, "/dashboard/account")
    for field in look.page.locator("input[type=password]:visible").all():
        field.fill(PASSWORD)
    assert PASSWORD not in drafts(look)
    assert drafts(look) == ""


def test_a_warning_is_given_when_leaving_would_lose_a_file_and_only_then(actors, tab, page):
    # Given a text that is kept, and a picture that can't be
    look = at_desk(tab, actors.system, page.owner, of(page, "customize"))
    asked = []
    look.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    look.page.locator("#headlines-operational").fill("Everything hums")
    look.page.reload()
    expect(look.page.locator("#headlines-operational")).to_have_value("Everything hums")
    assert asked == []

    # When the screen is left with a chosen picture
    logo = {"name": "logo.png", "mimeType": "image/png", "buffer": picture("PNG", 8, 8)}
    look.page.locator("[type=file]").set_input_files(logo)
    look.page.get_by_role("link", name="Incidents").click()
    expect(look.page.get_by_role("heading", name="Incidents")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_draft_meets_what_was_said_since_when_it_is_older_than_that(actors, tab, page):
    # Given a draft of an update, and an update of another owner's
    made = actors.monitor(page).open("Trouble", body="Oh.").json()["data"]["id"]
    look = at_desk(tab, actors.system, page.owner, of(page, f"incidents/{made}"))
    look.page.get_by_label("Message").fill("We look.")
    actors.monitor(page).update(made, "identified", body="A disk.")
    # When it is published after a reload, then its author hears of the other one
    look.page.reload()
    look.page.get_by_role("button", name="Publish update").click()
    expect(look.page.locator("#update [role=alert]:visible")).to_contain_text("identified: A disk.")
