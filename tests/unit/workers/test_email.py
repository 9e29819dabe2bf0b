"""Messages to subscribers as mails, read back by a parser."""

import re
from dataclasses import replace
from datetime import timedelta
from email import policy
from email.parser import BytesParser
from html.parser import HTMLParser

import pytest

from domain.notifications.events import EventKind
from domain.runtime.mail.message import build_mail
from domain.status import Impact, IncidentKind, IncidentState
from tests.support.mail_messages import NOW, PAGE, entry, message, news
from workers.notify.channels.email import EmailSender, compose_email
from workers.notify.outcome import Sent

FROM = "status@localhost"
CLIPPED_BYTES = 102_000  # from here on some programs show no more, the link to leave neither


def mail(*incidents, subscriber="b_1", number=1, page=PAGE):
    content = compose_email(
        message(*incidents, page=page, number=number), subscriber, f"{subscriber}@example.com"
    )
    return BytesParser(policy=policy.default).parsebytes(build_mail(content, FROM))


def text(parsed):
    return parsed.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html(parsed):
    return parsed.get_body(("html",)).get_content()


def test_mail_tells_title_state_message_components_and_when_it_began():
    # given an incident with two updates
    later = entry("We **found** it.", EventKind.UPDATED, IncidentState.IDENTIFIED, 14)
    parsed = mail(news(entry(), later))
    # then its subject has page, state and title, and the page is named as the sender
    assert parsed["Subject"] == "[Acme] Identified: API errors"
    assert parsed["From"] == "Acme <status@localhost>"
    # and the text tells all of it, the newest message first
    assert text(parsed).startswith("Identified: API errors\n\nWe **found** it.\n")
    for part in (
        "Investigating · 1 Dec 2026, 14:02 GMT+1\n\nWe are looking into it.\n",
        "Began: 1 Dec 2026, 14:02 GMT+1 (Europe/Berlin)\n",
        "- Europe / API: Partial Outage\n",
        "https://status.acme.com/incidents/i_1\n",
        "https://hep.gg/s/Zm9vYmFyYmF6cXV4Zm9vYg\n",
    ):
        assert part in text(parsed)
    # and so does the HTML
    for part in ("<strong>found</strong>", "API errors", "Partial Outage", "Europe/Berlin"):
        assert part in html(parsed)


def test_program_that_reads_mail_can_leave_with_one_click():
    parsed = mail()
    assert parsed.get_all("List-Unsubscribe") == ["<https://hep.gg/s/Zm9vYmFyYmF6cXV4Zm9vYg>"]
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["List-Id"] == "<p_1.localhost>"
    assert b"\r\nList-Unsubscribe: <https://hep.gg/s/Zm9vYmFyYmF6cXV4Zm9vYg>\r\n" in build_mail(
        compose_email(message(), "b_1", "ada@example.com"), FROM
    )


def test_incident_is_one_thread_for_one_recipient():
    # given two mails about an incident to one subscriber, one to another, one of another incident
    first, second = mail(), mail(number=2)
    others = [mail(subscriber="b_2", number=3), mail(news(id="i_2"), number=4)]
    # then the first two are of one thread, and no two mails have one id
    assert first["References"] == first["In-Reply-To"] == second["References"]
    assert len({first["References"], *(other["References"] for other in others)}) == 3
    assert len({one["Message-ID"] for one in (first, second, *others)}) == 4
    # and a digest is of no thread
    assert mail(news(), news(id="i_2"))["References"] is None


SCHEDULED, RESOLVED = IncidentState.SCHEDULED, IncidentState.RESOLVED
MAINTENANCE = {"kind": IncidentKind.MAINTENANCE, "impact": Impact.NONE}


@pytest.mark.parametrize(
    ("incident", "label"),
    [
        (news(), "Investigating"),
        # the state is the present one, also when that was not notified
        (news(state=IncidentState.MONITORING), "Monitoring"),
        (news(is_withdrawn=True), "Withdrawn"),
        (news(entry("", EventKind.PLANNED, SCHEDULED), **MAINTENANCE), "Scheduled"),
        (news(entry("", EventKind.CHANGED, SCHEDULED), **MAINTENANCE), "Rescheduled"),
        (news(entry("", EventKind.REMINDER, SCHEDULED), **MAINTENANCE), "Reminder"),
        (
            news(
                entry("", EventKind.REMINDER, SCHEDULED),
                state=IncidentState.IN_PROGRESS,
                **MAINTENANCE,
            ),
            "In progress",
        ),
        (news(entry("", EventKind.CALLED_OFF, RESOLVED), **MAINTENANCE), "Called off"),
    ],
)
def test_subject_names_what_happened(incident, label):
    assert mail(incident)["Subject"] == f"[Acme] {label}: API errors"


def test_digest_counts_incidents_and_maintenances():
    two = [news(id=f"i_{n}") for n in range(2)]
    assert mail(*two)["Subject"] == "[Acme] 2 incidents"
    parsed = mail(*two, news(id="i_3", title="Database upgrade", **MAINTENANCE))
    assert parsed["Subject"] == "[Acme] 2 incidents and 1 maintenance"
    assert "Investigating: Database upgrade" in text(parsed)


def test_maintenance_tells_its_plan_and_a_resolved_incident_how_long_it_lasted():
    plan = {"scheduled_start": NOW + timedelta(days=1), "scheduled_end": NOW + timedelta(hours=26)}
    planned = mail(news(entry("", EventKind.PLANNED, SCHEDULED), **plan, **MAINTENANCE))
    assert "Start: 2 Dec 2026, 14:02 GMT+1 (Europe/Berlin)\n" in text(planned)
    assert "End: 2 Dec 2026, 16:02 GMT+1\n" in text(planned)
    resolved = news(entry("", EventKind.RESOLVED, RESOLVED), resolved_at=NOW + timedelta(hours=2))
    ended = text(mail(resolved))
    assert "Ended: 1 Dec 2026, 16:02 GMT+1, after 2\u00a0h\n" in ended
    # what its components were is over
    assert "- Europe / API\n" in ended


class Addresses(HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.links, self.loaded = set(), []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.links |= {value for name, value in attrs if name == "href"}
        self.loaded += [value for name, value in attrs if name in {"src", "background", "srcset"}]


def test_html_loads_nothing_and_leads_to_the_page_and_to_us_alone():
    source = html(mail(news(entry("[Guide](/guide), ![x](https://evil.example/x.png)"))))
    found = Addresses(source)
    assert found.links == {
        "https://status.acme.com/",
        "https://status.acme.com/guide",
        "https://status.acme.com/incidents/i_1",
        "https://evil.example/x.png",  # a picture is a link, as on the page
        "https://hep.gg/s/Zm9vYmFyYmF6cXV4Zm9vYg",
    }
    assert found.loaded == []
    assert "url(" not in source


def test_mail_is_not_clipped_at_our_longest_texts():
    # given a page with more incidents than a mail shows, all as long as can be
    long = entry("😀" * 10_000)
    many = [news(long, id=f"i_{n}", title="😀" * 200) for n in range(50)]
    parsed = mail(*many, page=replace(PAGE, name="😀" * 100))
    # then the mail has the first ones, says how many there are, and has its last line
    assert len(html(parsed).encode()) < CLIPPED_BYTES
    assert parsed["Subject"].endswith("50 incidents")
    assert "38 more are on the page." in text(parsed)
    assert text(parsed).count("This message is too long for a mail.") == 11
    assert "Change what you get, or unsubscribe" in html(parsed)
    # and one long message is there in full
    one = mail(news(long))
    assert "😀" * 10_000 in html(one)
    assert "😀" * 10_000 in text(one)


@pytest.mark.parametrize("attack", ["a\r\nBcc: eve@example.com", '</h1><script>"', "{{ 7 * 7 }}"])
def test_names_and_titles_of_users_stay_text(attack):
    page = replace(PAGE, name=attack)
    parsed = mail(news(entry(attack), title=attack), page=page)
    line = re.sub(r"\s+", " ", attack)
    assert parsed["Subject"] == f"[{line}] Investigating: {line}"
    assert parsed["Bcc"] is None
    assert "<script" not in html(parsed)
    assert attack.replace("\r\n", "\n") in text(parsed)


class Mailbox:
    def __init__(self):
        self.contents = []

    def send(self, content):
        self.contents.append(content)
        return Sent()


def test_sender_hands_the_mail_of_a_subscriber_to_its_connection():
    mailbox = Mailbox()
    recipient = type("Recipient", (), {"id": "b_1", "address": "ada@example.com"})()
    assert EmailSender(mailbox)(recipient, message()) == Sent()
    (content,) = mailbox.contents
    assert (content.id, content.recipient, content.subscriber_id) == (
        "d_1",
        "ada@example.com",
        "b_1",
    )
