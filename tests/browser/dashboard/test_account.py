"""The account: e-mail, password, sessions, its end; tokens and slots, and what they buy."""

import re

import pytest
from playwright.sync_api import expect

from ops.cli.accounts import grant_tokens
from tests.browser.dashboard.owner_at_screen import at_desk, url
from tests.support.actors import PASSWORD, unique
from tests.support.inside import inside
from tests.support.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ACCOUNT, TOKENS = "/dashboard/account", "/dashboard/tokens"


def grant(actors, owner, *amounts):
    """Grant tokens as the operator would."""
    with inside(actors.system):
        for amount in amounts:
            grant_tokens(owner.email, amount)


def login(actors, email, password=PASSWORD):
    body = {"email": email, "password": password}
    return actors.caller().post("/api/v1/auth/login", body)


def test_one_logs_in_by_it_when_e_mail_and_password_were_changed(actors, tab):
    owner, wish = actors.owner(), f"{unique('lovelace')}@example.com"
    page = at_desk(tab, actors.system, owner, ACCOUNT).page

    # When the password that is asked for is wrong, it is told beside it
    form = page.locator("#email-form")
    form.get_by_label("E-mail").fill(wish)
    form.get_by_label("Current password").fill("no idea at all")
    form.get_by_role("button").click()
    expect(form.get_by_label("Current password")).to_have_accessible_description(
        re.compile("This is not your current password")
    )
    form.get_by_label("Current password").fill(PASSWORD)
    form.get_by_role("button").click()
    expect(page.locator("#said")).to_have_text("E-mail changed.")
    assert login(actors, wish).status_code == 200

    # When the password is changed, all else ends and this tab goes on
    form = page.locator("#password-form")
    form.get_by_label("New password").fill("another fine password")
    form.get_by_label("Current password").fill(PASSWORD)
    form.get_by_role("button").click()
    expect(page.locator("#said")).to_contain_text("Password changed.")
    expect(page.locator("#sessions li")).to_have_count(1)
    assert login(actors, wish).status_code == 401
    assert login(actors, wish, "another fine password").status_code == 200


def test_another_session_is_over_when_it_was_ended_here(actors, tab):
    owner = actors.owner()
    other = login(actors, owner.email).headers["set-cookie"].partition(";")[0]
    look = at_desk(tab, actors.system, owner, ACCOUNT)
    lines = look.page.locator("#sessions li")
    expect(lines).to_have_count(2)
    expect(lines.filter(has_text="this one").get_by_role("button")).to_have_count(0)
    lines.get_by_role("button", name="Log out").click()
    expect(lines).to_have_count(1)
    assert actors.caller(Cookie=other).get("/api/v1/auth/me").status_code == 401


def test_an_account_is_gone_when_its_deletion_was_confirmed_by_its_password(actors, tab):
    owner = actors.owner()
    page = owner.page()
    look = at_desk(tab, actors.system, owner, ACCOUNT)
    look.page.get_by_role("button", name="Delete account").click()
    dialog = look.page.get_by_role("dialog")
    dialog.get_by_label("Current password").fill("not that")
    dialog.get_by_role("button", name="Delete account").click()
    expect(dialog.get_by_label("Current password")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Current password").fill(PASSWORD)
    dialog.get_by_role("button", name="Delete account").click()
    look.page.wait_for_url(url(actors.system, "/dashboard/login"))
    assert login(actors, owner.email).status_code == 401
    assert actors.visitor(page).get("/").status_code == 404


def test_a_second_page_has_a_place_when_a_slot_was_bought(actors, tab):
    # Given an owner whose only place is taken, who is told how tokens are to be had
    owner = actors.owner()
    owner.page()
    look = at_desk(tab, actors.system, owner, TOKENS)
    expect(look.page.locator("#how")).to_contain_text(owner.email)
    expect(look.page.get_by_text("A slot costs 480 tokens more than you have.")).to_be_visible()
    grant(actors, owner, 1000)
    look.page.reload()

    # When she buys a slot, by a button that is pressed twice
    look.page.get_by_role("button", name="Buy a slot").click()
    look.page.get_by_role("dialog").get_by_role("button", name="Buy a slot").dblclick()
    expect(look.page.locator("#balance")).to_contain_text("520 tokens")
    expect(look.page.locator("#slots li")).to_have_count(1)
    expect(look.page.locator("#slots")).to_contain_text("Free slot")

    # Then a second page can be made in it
    look.page.get_by_role("link", name="Create a page").click()
    look.page.get_by_text("New page").click()
    look.page.get_by_label("Name").fill("Second")
    subdomain = unique("second")
    look.page.get_by_label("Address").fill(subdomain)
    look.page.get_by_role("button", name="Create page").click()
    expect(look.page.get_by_role("heading", name="Components", exact=True)).to_be_visible()
    look.page.get_by_role("link", name="Settings").click()
    look.page.get_by_role("button", name="Publish").click()
    expect(look.page.get_by_role("button", name="Hide the page")).to_be_visible()
    vi = actors.caller(f"{subdomain}.localhost")
    wait_until(lambda: "Second" in vi.get("/").text, "visitors see it")
    look.go(url(actors.system, TOKENS))
    expect(look.page.locator("#slots")).to_contain_text("Used by Second")

    # and it lasts longer when it is renewed
    look.page.get_by_role("button", name="Renew").click()
    look.page.get_by_role("dialog").get_by_role("button", name="Renew").click()
    expect(look.page.locator("#balance")).to_contain_text("40 tokens")
    expect(look.page.locator("#ledger li")).to_have_count(3)
    expect(look.page.locator("#ledger li").first).to_contain_text("-480")


def test_the_ledger_goes_on_when_it_has_more_than_a_screens_rows(actors, tab):
    owner = actors.owner()
    grant(actors, owner, *range(1, 22))
    look = at_desk(tab, actors.system, owner, TOKENS)
    expect(look.page.locator("#ledger li")).to_have_count(20)
    look.page.get_by_role("link", name="Older").click()
    expect(look.page.locator("#ledger li")).to_have_count(1)
    expect(look.page.locator("#ledger li")).to_contain_text("+1")
