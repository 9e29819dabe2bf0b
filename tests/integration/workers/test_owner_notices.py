"""Notices to owners are queued once each, and accounts that nobody verified are erased.

Source: docs/behaviour.md, "Mail".
"""

import pytest
from sqlalchemy import text

from domain.page.commands import ChangePage, OpenIncident, PostUpdate
from domain.runtime.new_ids import new_id
from domain.status import IncidentState
from domain.store.postgres.engine import sync_engine
from tests.support.drained_page import DrainedPage, drain_all
from workers import clock
from workers.owner_notices import send_owner_notices

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def page():
    return DrainedPage("api")


def sql(statement, **values):
    with sync_engine().begin() as conn:
        rows = conn.execute(text(statement), values)
        return rows.all() if rows.returns_rows else []


def mails(page):
    """Kind, subject and body of the owner's mails after two rounds, oldest first."""
    for _ in range(2):
        send_owner_notices()
    query = """
    SELECT kind, subject, body FROM mails WHERE account_id = :id AND recipient = :email
    ORDER BY created_at, id
    """
    return sql(query, id=page.account_id, email=f"{page.account_id}@example.com")


def serve_for(page, hours):
    sql(
        "UPDATE pages SET served_until = clock_timestamp() + make_interval(hours => :hours)"
        " WHERE id = :id",
        hours=hours, id=page.id,
    )  # fmt: skip


def test_owner_hears_twice_when_a_page_goes_dark(page):
    serve_for(page, 8 * 24)
    assert mails(page) == []
    serve_for(page, 7 * 24 - 1)
    assert [mail.kind for mail in mails(page)] == ["dark"]
    sql(
        "UPDATE pages SET served_until = served_until - interval '6 days' WHERE id = :id",
        id=page.id,
    )
    first, second = mails(page)
    assert first.kind == second.kind == "dark"
    assert second.subject.startswith("Acme goes dark on ")
    assert "/dashboard/tokens\n" in second.body


def test_nobody_hears_when_the_page_is_hidden_or_its_owner_unverified(page):
    serve_for(page, 48)
    page.append(ChangePage(is_public=False))
    page.drain()
    assert mails(page) == []
    page.append(ChangePage(is_public=True))
    page.drain()
    serve_for(page, 48)
    sql("UPDATE accounts SET is_verified = false WHERE id = :id", id=page.account_id)
    assert mails(page) == []


@pytest.mark.parametrize("state", ["active", "failed", "lapsed"])
def test_owner_hears_once_when_a_domain_changes_its_state(page, state):
    mount_id = new_id("m")
    sql(
        "INSERT INTO mounts (id, account_id, page_id, host, kind, state, token, created_at,"
        " asked_at, verified_at) VALUES (:id, :account_id, :page_id, 'status.acme.com', 'domain',"
        " :state, 'x', clock_timestamp(), clock_timestamp(),"
        " CASE WHEN :state = 'failed' THEN NULL ELSE clock_timestamp() END)",
        id=mount_id, account_id=page.account_id, page_id=page.id, state=state,
    )  # fmt: skip
    sql(
        "INSERT INTO mount_checks (mount_id, checked_at) VALUES (:id, clock_timestamp())",
        id=mount_id,
    )
    (mail,) = mails(page)
    assert mail.kind == f"domain_{state}"
    assert "status.acme.com" in mail.subject
    assert f"/dashboard/pages/{page.id}/domain\n" in mail.body


def test_owner_hears_again_when_an_incident_rests_after_another_update(page):
    # given an incident that nobody wrote to for six hours
    incident = new_id("i")
    page.append(OpenIncident(incident, new_id("u"), "Slow {answers}"))
    page.drain()
    assert mails(page) == []
    age = "UPDATE updates SET posted_at = posted_at - interval '6 hours' WHERE incident_id = :id"
    age_all = "UPDATE incidents SET posted_at = posted_at - interval '6 hours' WHERE id = :id"
    sql(age, id=incident)
    sql(age_all, id=incident)
    # then its owner hears of it once
    (mail,) = mails(page)
    assert mail.subject.startswith("No update since ")
    assert mail.subject.endswith(": Slow {answers}")
    assert f"/dashboard/pages/{page.id}/incidents/{incident}\n" in mail.body
    # and once more after the next update
    page.append(PostUpdate(incident, new_id("u"), IncidentState.MONITORING, "We watch."))
    page.drain()
    assert len(mails(page)) == 1
    page.append(ChangePage(stale_hours=0))
    page.drain()
    sql(age, id=incident)
    assert len(mails(page)) == 1
    page.append(ChangePage(stale_hours=6))
    page.drain()
    assert len(mails(page)) == 2


def quarantine(page, address):
    sql(
        "INSERT INTO subscribers (id, page_id, channel, address, created_at, quarantined_at)"
        " VALUES (:id, :page_id, 'email', :address, clock_timestamp(), clock_timestamp())",
        id=new_id("b"), page_id=page.id, address=address,
    )  # fmt: skip


def test_one_mail_a_day_tells_of_addresses_when_they_come_into_quarantine(page):
    quarantine(page, "one@example.com")
    (first,) = mails(page)
    assert first.subject == "Acme: messages to one address are stopped"
    # given more of them on the same day
    quarantine(page, "two@example.com")
    quarantine(page, "three@example.com")
    assert len(mails(page)) == 1
    # when the day is over
    sql(
        "UPDATE mails SET created_at = created_at - interval '25 hours' WHERE account_id = :id",
        id=page.account_id,
    )
    sql(
        "UPDATE subscribers SET quarantined_at = quarantined_at - interval '25 hours'"
        " WHERE page_id = :id AND address = 'one@example.com'",
        id=page.id,
    )
    # then one mail counts those that came since
    assert mails(page)[1].subject == "Acme: messages to 2 addresses are stopped"
    assert "example.com" not in first.body


@pytest.mark.parametrize("is_public", [True, False])
def test_account_is_erased_when_nobody_verified_it_in_a_week(page, is_public):
    # given an account that is a week old, its page, and a mail of today
    page.append(ChangePage(is_public=is_public))
    page.drain()
    email = f"{page.account_id}@example.com"
    sql(
        "UPDATE accounts SET is_verified = false, created_at = created_at - interval '7 days'"
        " WHERE id = :id",
        id=page.account_id,
    )
    sql(
        "INSERT INTO mails (id, kind, account_id, recipient, subject, body, status, created_at)"
        " VALUES (:id, 'verify', :account_id, :email, 'Confirm', 'link', 'sent',"
        " clock_timestamp())",
        id=new_id("e"), account_id=page.account_id, email=email,
    )  # fmt: skip
    # when the clock looks
    clock.keep_time()
    drain_all(page.account_id)
    drain_all(page.id)
    # then it is erased, unless the world sees its page
    (account,) = sql("SELECT email FROM accounts WHERE id = :id", id=page.account_id)
    assert account.email == (email if is_public else "")
    assert sql("SELECT body FROM mails WHERE recipient = :email", email=email) == [
        ("link" if is_public else "",)
    ]
