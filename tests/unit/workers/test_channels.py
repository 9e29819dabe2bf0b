"""Messages of the channels over HTTP, within their limits at our longest texts."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from domain.notifications.events import EventKind
from domain.notifications.messages import (
    Affected,
    IncidentNews,
    Message,
    MessagePage,
    NewsEntry,
    TimelineUpdate,
)
from domain.runtime.outgoing.client import Answer
from domain.status import Impact, IncidentKind, IncidentState, Status
from workers.notify.channels import discord, slack, teams, webhook
from workers.notify.outcome import Dead, Retry, Sent

AT = datetime(2026, 11, 30, 14, 2, tzinfo=UTC)
LONG = "🔥" * 10_000
TITLE = "🔥" * 200
URL = "https://acme.example.com/incidents/i_01j00000000000000000000000"
LINK = "https://status.example.com/s/" + "a" * 22
WORDS = st.text(st.sampled_from('aB 🔥<&>"\\\n*_[]()é字\u202e'), max_size=300)


def incident(number=1, title="API errors", body="We look.", **more):
    entry = NewsEntry(EventKind.OPENED, IncidentState.INVESTIGATING, body, AT)
    values = {
        "kind": IncidentKind.INCIDENT, "title": title, "state": IncidentState.INVESTIGATING,
        "impact": Impact.MAJOR, "started_at": AT, "posted_at": AT, "updated_at": AT, "url": URL,
        "entries": (entry,), "affected": (Affected("c_1", "EU / API", Status.OUTAGE),),
        "updates": (TimelineUpdate("u_1", IncidentState.INVESTIGATING, body, AT, AT),),
    }  # fmt: skip
    return IncidentNews(f"i_{number}", **values | more)


def message(*incidents, name="Acme"):
    page = MessagePage(
        "p_1", name, "https://acme.example.com/", "Europe/Berlin", Impact.MAJOR, "Down"
    )
    return Message("d_1", page, incidents or (incident(),), LINK, AT)


def longest(count):
    names = tuple(Affected(f"c_{n}", TITLE[:100], Status.OUTAGE) for n in range(50))
    entry = NewsEntry(EventKind.UPDATED, IncidentState.MONITORING, LONG, AT)
    plan = {"scheduled_start": AT, "scheduled_end": AT, "kind": IncidentKind.MAINTENANCE}
    updates = tuple(
        TimelineUpdate(f"u_{n}", IncidentState.MONITORING, LONG, AT, AT) for n in range(100)
    )
    more = {"affected": names, "entries": (entry, entry), "updates": updates, "resolved_at": AT}
    return message(
        *(incident(n, TITLE, LONG, **more, **plan) for n in range(count)), name=TITLE[:100]
    )


def check_slack(body):
    data = json.loads(body)
    header, *sections, context = data["blocks"]
    assert len(header["text"]["text"]) <= 150
    assert all(1 <= len(block["text"]["text"]) <= 3_000 for block in sections)
    assert len(data["blocks"]) <= 50
    assert len(context["elements"]) <= 10
    assert len(body.decode()) <= 13_200


def check_discord(body):
    data = json.loads(body)
    assert data["allowed_mentions"] == {"parse": []}
    assert len(data["content"]) <= 2_000
    assert len(data["embeds"]) <= 10
    sizes = [(len(embed["title"]), len(embed["description"])) for embed in data["embeds"]]
    assert all(0 < title <= 256 and 0 < text <= 4_096 for title, text in sizes)
    assert sum(map(sum, sizes)) <= 6_000


def check_teams(body):
    assert len(body) <= 21_000
    [card] = json.loads(body)["attachments"]
    assert card["content"]["version"] == "1.2"
    assert {block["type"] for block in card["content"]["body"]} <= {"TextBlock", "FactSet"}


CHECKS = [(slack, check_slack), (discord, check_discord), (teams, check_teams)]


@pytest.mark.parametrize("count", [1, 2, 9, 50])
@pytest.mark.parametrize(("channel", "check"), CHECKS)
def test_limits_are_kept_at_our_longest_texts(channel, check, count):
    check(channel.build_body(longest(count)))


@settings(max_examples=30)
@given(title=WORDS, body=WORDS, name=WORDS, count=st.integers(1, 12))
@pytest.mark.parametrize(("channel", "check"), CHECKS)
def test_limits_are_kept_at_any_text(channel, check, title, body, name, count):
    incidents = [incident(n, (title or "x")[:200], body * 20) for n in range(count)]
    check(channel.build_body(message(*incidents, name=(name or "x")[:100])))


@pytest.mark.parametrize(("channel", "check"), CHECKS)
def test_a_message_says_what_happened_and_how_to_leave(channel, check):
    text = msgspec.json.decode(channel.build_body(message()))
    told = json.dumps(text, ensure_ascii=False)
    for word in ("Acme", "Investigating: API errors"[:13], "We look.", "EU / API", LINK, URL):
        assert word in told
    assert "30 Nov 2026, 15:02" in told  # in the page's zone


STATUSPAGE = {
    "backfilled", "created_at", "impact", "impact_override", "monitoring_at", "postmortem_body",
    "postmortem_body_last_updated_at", "postmortem_ignored", "postmortem_notified_subscribers",
    "postmortem_notified_twitter", "postmortem_published_at", "resolved_at",
    "scheduled_auto_transition", "scheduled_for", "scheduled_remind_prior",
    "scheduled_reminded_at", "scheduled_until", "shortlink", "status", "updated_at", "id",
    "organization_id", "incident_updates", "name",
}  # fmt: skip


def test_a_webhook_has_the_fields_of_statuspage_and_no_others():
    data = json.loads(webhook.build_body(message()))
    assert data.keys() == {"meta", "page", "incident"}
    assert data["meta"]["unsubscribe"] == LINK
    assert data["page"] == {
        "id": "p_1", "status_indicator": "major", "status_description": "Down"
    }  # fmt: skip
    assert data["incident"].keys() == STATUSPAGE
    [update] = data["incident"]["incident_updates"]
    assert (update["status"], update["body"]) == ("investigating", "We look.")
    assert update.keys() == {
        "body", "created_at", "display_at", "status", "twitter_updated_at", "updated_at",
        "wants_twitter_update", "id", "incident_id",
    }  # fmt: skip


def test_a_webhook_keeps_its_limit_and_its_newest_updates():
    body = webhook.build_body(longest(1))
    assert len(body) <= 20_000
    updates = json.loads(body)["incident"]["incident_updates"]
    assert updates[0]["id"] == "u_99"
    short = tuple(
        TimelineUpdate(f"u_{n}", IncidentState.MONITORING, "x", AT, AT) for n in range(200)
    )
    body = webhook.build_body(message(incident(updates=short)))
    assert 10_000 < len(body) <= 20_000


def test_signatures_are_those_of_standard_webhooks_while_a_secret_is_rotated():
    secrets = ["whsec_" + "YWJj" * 11, "whsec_" + "ZGVm" * 11]
    body = webhook.build_body(message())
    headers = webhook.sign(secrets, "d_1", body)
    for secret in secrets:
        assert Webhook(secret).verify(body, headers)
    with pytest.raises(Exception, match="matching"):
        Webhook("whsec_" + "eHl6" * 11).verify(body, headers)


@pytest.mark.parametrize(
    ("channel", "status", "body", "outcome"),
    [
        (webhook, 204, b"", Sent()),
        (webhook, 302, b"", Retry("answered 302")),
        (webhook, 404, b"", Retry("answered 404")),
        (webhook, 410, b"", Dead("answered 410")),
        (webhook, 429, b"", Retry("answered 429", 7.0)),
        (webhook, 500, b"", Retry("answered 500")),
        (slack, 200, b"ok", Sent()),
        (slack, 403, b"action_prohibited", Dead("answered 403 action_prohibited")),
        (slack, 403, b"invalid_token", Retry("answered 403")),
        (slack, 404, b"no_service", Dead("answered 404 no_service")),
        (slack, 410, b"channel_is_archived", Dead("answered 410 channel_is_archived")),
        (discord, 404, b"{}", Dead("answered 404")),
        (discord, 429, b'{"retry_after": 1.5}', Retry("answered 429", 1.5)),
        (teams, 202, b"", Sent()),
    ],
)
def test_answers_mean_what_their_channel_says(channel, status, body, outcome):
    assert channel.read_answer(Answer(status, body, 7.0)) == outcome


def test_a_withdrawal_has_no_facts_of_what_is_gone():
    entry = NewsEntry(EventKind.WITHDRAWN, IncidentState.INVESTIGATING, "", AT)
    gone = replace(incident(), entries=(entry,), affected=(), is_withdrawn=True, updates=())
    for channel, check in CHECKS:
        check(body := channel.build_body(message(gone)))
        assert "Withdrawn" in body.decode()
    assert json.loads(webhook.build_body(message(gone)))["incident"]["incident_updates"] == []
