"""Webhooks: the body of Statuspage, signed as Standard Webhooks 1.0.0 says.

Sources: support.atlassian.com, "Enable webhook notifications"; standardwebhooks.com.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from domain.calendar import iso
from domain.notifications.messages import IncidentNews, Message, TimelineUpdate
from domain.runtime.outgoing.client import Answer
from domain.runtime.settings import load_settings
from domain.status import IncidentKind
from workers.notify.channels.answers import read_status
from workers.notify.outcome import Outcome
from workers.render.formats.statuspage_incidents import INCIDENT_STATES, MAINTENANCE_STATES

BYTES_MAX: Final = 20_000
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the prefix of all
NEVER: Final = dict.fromkeys(
    (
        *("impact_override", "postmortem_body", "postmortem_body_last_updated_at"),
        *("postmortem_published_at", "scheduled_reminded_at", "organization_id"),
    )
)
OFF: Final = dict.fromkeys(
    (
        *("backfilled", "postmortem_ignored", "postmortem_notified_subscribers"),
        *("postmortem_notified_twitter", "scheduled_auto_transition", "scheduled_remind_prior"),
    ),
    False,
)


def build_body(message: Message) -> bytes:
    """Return the body of a message's only incident, at most 20 KB.

    Of a longer one the oldest updates are left out, then messages are cut.
    """
    news = message.incidents[0]
    updates = list(reversed(news.updates))
    body = encode(message, news, updates)
    while len(body) > BYTES_MAX and len(updates) > 1:
        updates = updates[: max(1, len(updates) * 2 // 3)]
        body = encode(message, news, updates)
    return body if len(body) <= BYTES_MAX else encode(message, news, updates, BYTES_MAX // 2)


def encode(
    message: Message,
    news: IncidentNews,
    updates: Sequence[TimelineUpdate],
    body_bytes: int | None = None,
) -> bytes:
    """Return the body with these updates; `body_bytes` limits the JSON of each message."""
    documentation = f"{load_settings().base_url}/docs/subscribers"
    return msgspec.json.encode(
        {
            "meta": {"unsubscribe": message.manage_url, "documentation": documentation},
            "page": {
                "id": message.page.id,
                "status_indicator": message.page.impact,
                "status_description": message.page.headline,
            },
            "incident": build_incident(news, list(build_updates(news, updates, body_bytes))),
        }
    )


def build_incident(news: IncidentNews, updates: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an incident with all fields of Statuspage, and no other one."""
    states = states_of(news)
    monitoring = next((u for u in news.updates if states[u.state] == "monitoring"), None)
    is_plan = news.kind is IncidentKind.MAINTENANCE
    return {
        **NEVER,
        **OFF,
        "created_at": iso(news.posted_at),
        "impact": "maintenance" if is_plan else news.impact,
        "monitoring_at": iso(monitoring.occurred_at) if monitoring else None,
        "resolved_at": iso(news.resolved_at) if news.resolved_at else None,
        "scheduled_for": iso(news.scheduled_start) if news.scheduled_start else None,
        "scheduled_until": iso(news.scheduled_end) if news.scheduled_end else None,
        "shortlink": news.url,
        "status": states[news.state],
        "updated_at": iso(news.updated_at),
        "id": news.id,
        "incident_updates": updates,
        "name": news.title,
    }


def states_of(news: IncidentNews) -> Any:  # noqa: ANN401 - a mapping by state
    """Return Statuspage's words for the states of an incident."""
    return MAINTENANCE_STATES if news.kind is IncidentKind.MAINTENANCE else INCIDENT_STATES


def build_updates(
    news: IncidentNews, updates: Iterable[TimelineUpdate], body_bytes: int | None
) -> Iterable[dict[str, Any]]:
    """Yield the updates, as Statuspage does newest first."""
    for update in updates:
        yield {
            "body": cut_json(update.body, body_bytes) if body_bytes else update.body,
            "created_at": iso(update.posted_at),
            "display_at": iso(update.occurred_at),
            "status": states_of(news)[update.state],
            "twitter_updated_at": None,
            "updated_at": iso(update.edited_at or update.posted_at),
            "wants_twitter_update": False,
            "id": update.id,
            "incident_id": news.id,
        }


def cut_json(text: str, limit: int) -> str:
    """Return the beginning of a text, at most `limit` bytes of JSON."""
    while len(msgspec.json.encode(text)) > limit:
        text = text[: len(text) * 3 // 4].rstrip() + "…"
    return text


def sign(secrets: Iterable[str], message_id: str, body: bytes) -> dict[str, str]:
    """Return the headers that identify and sign a body, once with each secret."""
    timestamp = str(int(time.time()))
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{digest(secret, content)}" for secret in secrets),
    }


def digest(secret: str, content: bytes) -> str:
    """Return the signature of a content with a secret, in base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def build_test_body(page_name: str, confirm_url: str) -> bytes:
    """Return the JSON of a test message with the link that confirms."""
    text = f"{page_name} wants to send events here. Confirm or ignore this: {confirm_url}"
    return msgspec.json.encode({"type": "confirmation", "confirm_url": confirm_url, "text": text})


def read_answer(answer: Answer) -> Outcome:
    """Return the meaning of an answer."""
    return read_status(answer)
