"""A forgotten password and an address to confirm, at the screens; with and without a script."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import session
from tests.browser.faults import faults
from tests.support.actors import PASSWORD
from tests.support.outbox import started_outbox

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
OTHER = "another horse battery"


@pytest.fixture(scope="module")
def outbox(system):
    with started_outbox(system) as outbox:
        yield outbox


def url(outbox, path):
    """An address on the web process that can send mail."""
    return f"http://localhost:{outbox.system.webs[outbox.number].port}{path}"


@pytest.mark.parametrize("has_script", [True, False])
def test_a_password_is_another_when_it_was_forgotten(outbox, tab, has_script):
    # Given an owner who does not know her password any more
    owner = outbox.newcomer(is_verified=True)
    width = 1280 if has_script else 390
    look = tab(url(outbox, "/dashboard/login"), java_script_enabled=has_script, width=width)
    page = look.page

    # When she asks for a link
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_role("status").first).to_contain_text("a mail with a link is on its way")

    # And opens the link, and chooses first a password that anybody would guess
    page.goto(url(outbox, outbox.link_to(owner.email)))
    assert look.overflow() == look.small_text() == [] if has_script else True
    page.get_by_label("New password").fill("password")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_contain_text("attackers try first")
    page.get_by_label("New password").fill(OTHER)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("heading", name="Password changed")).to_be_visible()

    # Then that is her password
    page.get_by_role("link", name="Log in").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    told = outbox.anybody.post("/api/v1/auth/login", {"email": owner.email, "password": OTHER})
    assert told.status_code == 200


def test_an_owner_sees_what_is_to_be_confirmed_until_it_is(outbox, tab):
    # Given a newcomer with a page
    owner = outbox.newcomer()
    owner.page(is_public=False)
    look = tab(url(outbox, "/dashboard"), storage_state=session(owner), reduced_motion="reduce")

    # When she looks at the checklist, and at her account
    step = look.page.get_by_role("link", name="Confirm your e-mail")
    expect(step).to_have_attribute("href", "/dashboard/outbox")
    look.go(url(outbox, "/dashboard/account"))
    expect(look.page.locator("#confirm")).to_contain_text(owner.email)
    assert faults(look) == []

    # Then the link in the mail ends it
    look.go(url(outbox, outbox.link_to(owner.email)))
    assert faults(look) == []
    look.page.get_by_role("button", name="Confirm address").click()
    look.page.get_by_role("link", name="Your pages").click()
    expect(look.page.get_by_role("heading", name="Pages", exact=True)).to_be_visible()
    expect(step).to_have_count(0)
    look.go(url(outbox, "/dashboard/account"))
    expect(look.page.locator("#confirm")).to_have_count(0)

    # And another address waits for its own
    change = {"currentPassword": PASSWORD, "email": f"new-{owner.email}"}
    assert owner.patch("/api/v1/auth/me", change).json()["data"]["pendingEmail"]
    look.page.reload()
    expect(look.page.locator("#confirm")).to_contain_text(f"new-{owner.email}")
