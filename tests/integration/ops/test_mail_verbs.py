"""The operator's verbs for mail, on a real store, a mail server and a name server."""

import json
from email import message_from_string

import pytest
from sqlalchemy import text

from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications.mails import Mail, queue_mail
from tests.support.bounces import bounce
from tests.support.inside import hepstatus
from tests.support.name_server import name_server
from tests.support.smtp_server import smtp_server
from tests.support.statements import sql


@pytest.fixture
def mail_id(store):
    mail = Mail("reset", "ada@example.com", "Choose a\r\npassword", "Text\n", sender_name="Acme")
    with sync_engine().begin() as conn:
        return queue_mail(conn, mail)


def test_mail_is_listed_for_people_and_for_programs(store, mail_id):
    done = hepstatus(store, "mail", "list")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith(mail_id)]
    assert line.split()[3:] == ["waiting", "reset", "ada@example.com", "Choose", "a", "password"]
    rows = json.loads(hepstatus(store, "mail", "list", "--json").stdout)
    row = next(row for row in rows if row["id"] == mail_id)
    assert row["createdAt"].endswith("Z")
    assert {name: row[name] for name in ("kind", "status", "attempts", "sentAt", "recipient")} == {
        "kind": "reset",
        "status": "waiting",
        "attempts": 0,
        "sentAt": None,
        "recipient": "ada@example.com",
    }


def test_mail_is_shown_as_it_would_go_out(store, mail_id):
    shown = message_from_string(hepstatus(store, "mail", "show", mail_id).stdout)
    assert shown["From"] == '"Acme" <status@localhost>'
    assert shown["Subject"] == "Choose a password"
    assert shown["Message-ID"] == f"<{mail_id}@localhost>"
    assert shown.get_payload().strip() == "Text"


def test_sentence_says_so_when_there_is_no_such_mail(store):
    done = hepstatus(store, "mail", "show", "e_none")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "There is no mail e_none: `hepstatus mail list` shows them.\n"


def test_subscriber_is_in_quarantine_when_its_mail_comes_back(store):
    # given a subscriber
    id_ = new_id("b")
    with sync_engine().begin() as conn:
        row = "VALUES (:id, 'p_1', 'email', :id, now(), now())"
        columns = "(id, page_id, channel, address, created_at, due_at)"
        conn.execute(text(f"INSERT INTO subscribers {columns} {row}"), {"id": id_})
    # when a report comes that is no failure, then one that is, then another
    for report, sentence in (
        (bounce(id_, "delayed", "4.4.1"), "Nothing is changed: this message reports no"),
        (bounce(id_), f"The subscriber {id_} is in quarantine: the mail came back: 550 5.1.1"),
        (bounce(id_), f"Nothing is changed: there is no subscriber {id_}, or quarantined already."),
    ):
        done = hepstatus(store, "mail", "bounce", stdin=report)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(sentence)
    # then nothing more is sent to it
    (row,) = sql("SELECT * FROM subscribers WHERE id = :id", id=id_)
    assert row.quarantined_at is not None
    assert row.due_at is None
    assert row.quarantine_reason.endswith("<(address)>: Recipient address rejected")


@pytest.fixture
def zone():
    with name_server() as zone:
        yield zone


def examine(store, zone, **env):
    env = {"DNS_PORT": str(zone.port), "DNS_SERVERS": "127.0.0.1", "DNS_TIMEOUT_S": "1", **env}
    done = hepstatus(store, "doctor", "mail", "--json", env={"MAIL_FROM": "s@mail.acme.com"} | env)
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["ok"] else 1)
    return {finding.pop("name"): finding for finding in report["findings"]}


def test_doctor_says_what_to_add_when_records_of_the_sender_are_missing(store, zone):
    zone.put("acme.com", "TXT", "google-site-verification=x")
    found = examine(store, zone, SMTP_URL="smtp://relay.acme.com")
    assert {name: finding["advice"] for name, finding in found.items()} == {
        "spf": 'Add the TXT record "v=spf1 a:relay.acme.com ~all" at mail.acme.com, or the one that'
        " your relay names.",
        "dkim": "Set DKIM_SELECTOR to the selector under which your mail server signs.",
        "dmarc": 'Add the TXT record "v=DMARC1; p=none" at _dmarc.mail.acme.com.',
    }
    assert found["spf"]["summary"] == "no record at mail.acme.com"


def test_doctor_is_content_when_the_records_of_the_sender_are_there(store, zone):
    zone.put("mail.acme.com", "TXT", "other", "v=spf1 include:relay.example ~all")
    zone.put("k1._domainkey.mail.acme.com", "TXT", "v=DKIM1; k=rsa; p=MIIB")
    # that of the domain that was registered holds for all below it
    zone.put("_dmarc.acme.com", "TXT", "v=DMARC1; p=reject")
    found = examine(store, zone, DKIM_SELECTOR="k1")
    assert all(finding["ok"] for finding in found.values()), found
    # and two of a kind are as good as none
    zone.put("mail.acme.com", "TXT", "v=spf1 a ~all", "v=spf1 mx ~all")
    spf = examine(store, zone, DKIM_SELECTOR="k1")["spf"]
    assert spf["summary"] == "2 records at mail.acme.com: receivers take none of them"


def test_doctor_knows_nothing_when_no_name_server_answers(store, zone):
    zone.fail("mail.acme.com", "SERVFAIL")
    assert examine(store, zone)["spf"]["summary"].startswith("unknown: the name servers could not")


@pytest.mark.parametrize(
    ("env", "is_ok", "said"),
    [
        ({}, False, "SMTP_URL is not set: no mail is sent"),
        ({"OUTBOX": "on"}, True, "mails are shown at /dashboard/outbox"),
        ({"SMTP_URL": "smtp://127.0.0.1:1"}, False, "the mail server can't be used: Connection"),
    ],
)
def test_doctor_tells_whether_mail_is_sent(store, env, is_ok, said):
    mail = findings(store, env)["mail"]
    assert mail["ok"] == is_ok
    assert mail["summary"].startswith(said)


def test_doctor_asks_the_mail_server_and_sends_nothing(store):
    with smtp_server() as server:
        mail = findings(store, {"SMTP_URL": server.url})["mail"]
    assert (mail["summary"], server.connections, server.mails) == ("the mail server answers", 1, [])


def findings(store, env):
    report = json.loads(hepstatus(store, "doctor", "--json", env=env).stdout)
    return {finding["name"]: finding for finding in report["findings"]}
