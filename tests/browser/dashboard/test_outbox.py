"""The outbox: mails of a local product, in any session, with links that work."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications.mails import Mail, queue_mail
from tests.browser.dashboard.owner_at_screen import at_desk
from tests.support.inside import inside
from tests.support.mail_messages import message, news
from workers.notify.channels.email import compose_email

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NOW = datetime(2026, 12, 1, 14, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def outbox(system):
    """The address of a web process with an outbox."""
    web = system.start_web(env={"OUTBOX": "on"})
    yield f"http://localhost:{web.port}/dashboard/outbox"
    system.end_web(web)


@pytest.fixture
def mails(system):
    """A mail with a link, and one with a message for a subscriber, under a title of its own."""
    link = f"http://localhost:{system.webs[0].port}/s/Zm9v"
    content = compose_email(message(news(title=new_id("News"))), "b_1", "ada@example.com")
    reset = Mail("reset", "bo@example.com", new_id("Reset"), f"Choose one:\n\n{link}.\n\n<b>")
    told = Mail(
        "message",
        content.recipient,
        content.subject,
        content.text,
        content.html,
        headers=content.headers,
        sender_name="Acme",
    )
    with inside(system), sync_engine().begin() as conn:
        queue_mail(conn, reset)
        queue_mail(conn, told)
    return reset, told, link


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
def test_any_owner_reads_mails_and_follows_their_links(
    actors, outbox, mails, tab, tmp_path, width, theme
):
    # given an owner of whom no mail is, and two mails
    reset, told, link = mails
    look = at_desk(tab, actors.system, actors.owner(), "", width=width, theme=theme)
    # when she opens the outbox, then both are there
    look.go(outbox)
    assert (look.overflow(), look.small_text()) == ([], [])
    # when she opens the one with the link, then it can be followed, and nothing else is markup
    look.page.get_by_role("link", name=reset.subject).click()
    expect(look.page.locator("#text a")).to_have_attribute("href", link)
    expect(look.page.locator("#text")).to_contain_text("<b>")
    expect(look.page.locator("iframe")).to_have_count(0)
    # when she opens the other, then it is shown as a program that reads mail shows it
    look.page.go_back()
    look.page.get_by_role("link", name=told.subject).click()
    frame = look.page.frame_locator("iframe")
    expect(frame.get_by_role("heading")).to_have_text(told.subject.partition(": ")[2])
    expect(frame.get_by_role("link", name="View incident")).to_have_css("display", "inline-block")
    assert look.overflow() == []
    assert look.complaints == []


def test_there_is_no_outbox_while_mails_are_sent(actors):
    owner = actors.owner()
    for path in ("", "/e_1", "/e_1/html"):
        assert owner.get(f"/dashboard/outbox{path}").status_code == 404
    assert "Outbox" not in owner.get("/dashboard").text


def test_stranger_gets_no_mail(actors, outbox, mails):
    with actors.caller().http as http:
        assert http.get(outbox).status_code == 303
        assert http.get(f"{outbox}/e_1/html").status_code == 401
