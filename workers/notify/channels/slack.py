"""Slack: a message of an incoming webhook.

Limits: header 150 characters, section 3,000, 50 blocks, 13,200 characters in all.
Source: docs.slack.dev, "Incoming webhooks" and "Blocks".
"""

from collections.abc import Sequence
from html import escape
from typing import Any, Final

import msgspec

from domain.notifications.messages import IncidentNews, Message
from domain.runtime.outgoing.client import Answer
from workers.notify.channels.answers import read_status
from workers.notify.channels.words import (
    facts_of,
    fit,
    message_text,
    state_word,
    subject_of,
    utf16_size,
)
from workers.notify.outcome import Dead, Outcome
from workers.render.room import DocumentBudget

ADDRESS: Final = "https://hooks.slack.com/"
HEADER_MAX: Final = 150
TITLE_MAX: Final = 300
TOTAL: Final = 11_000  # of all sections, each character as the JSON has it
SECTION_MAX: Final = 2_800
INCIDENTS_MAX: Final = 20
DEAD: Final = {403: "action_prohibited", 404: "no_service", 410: "channel_is_archived"}


def build_body(message: Message) -> bytes:
    """Return the JSON of a message."""
    sections = build_sections(message)
    blocks = [
        {"type": "header", "text": plain(fit(message.page.name, HEADER_MAX, utf16_size))},
        *sections,
        context(message, len(message.incidents) - len(sections)),
    ]
    text = fit_escaped(f"{message.page.name} – {subject_of(message)}", TITLE_MAX)
    return msgspec.json.encode({"text": text, "blocks": blocks})


def build_sections(message: Message) -> Sequence[dict[str, Any]]:
    """Return the blocks of the first incidents, as many as there is room for."""
    incidents = message.incidents[:INCIDENTS_MAX]
    room = min(SECTION_MAX, TOTAL // max(len(incidents), 1))
    texts = (describe(news, message.page.time_zone, room) for news in incidents)
    fitting = DocumentBudget(TOTAL).take_fitting((text, json_size(text)) for text in texts)
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in fitting]


def describe(news: IncidentNews, zone: str, room: int) -> str:
    """Return the text about an incident, of about `room` characters at most."""
    head = f"*{state_word(news)}:* <{news.url}|{fit_escaped(news.title, room // 3)}>"
    facts = "\n".join(
        f"*{label}:* {fit_escaped(fact, room // 8)}" for label, fact in facts_of(news, zone)
    )
    room_left = room - json_size(head) - json_size(facts) - 8
    body = fit_escaped(message_text(news), max(room_left, 1))
    return "\n".join(part for part in (head, body, facts) if part)


def context(message: Message, more: int) -> dict[str, Any]:
    """Return the last block: the links, and how many incidents are left out."""
    links = f"<{message.page.url}|Status page> · <{message.manage_url}|Change or leave>"
    text = f"and {more} more · {links}" if more > 0 else links
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def plain(text: str) -> dict[str, Any]:
    """Return a text object without markup."""
    return {"type": "plain_text", "text": text or "Status", "emoji": False}


def escape_markup(text: str) -> str:
    """Return an escaped text: `&`, `<` and `>` alone are special."""
    return escape(text, quote=False)


def fit_escaped(text: str, limit: int) -> str:
    """Return the beginning of a text, escaped, of at most `limit` characters of JSON."""
    return fit(text, limit, json_size, escape_markup)


def json_size(text: str) -> int:
    """Return the characters of a text in JSON, as JavaScript counts them."""
    return utf16_size(msgspec.json.encode(text).decode()) - 2


def build_test_body(page_name: str, confirm_url: str) -> bytes:
    """Return the JSON of a test message with the link that confirms."""
    name = fit_escaped(page_name, HEADER_MAX)
    text = f"{name} wants to post here. <{confirm_url}|Confirm or ignore this>"
    return msgspec.json.encode({"text": text})


def read_answer(answer: Answer) -> Outcome:
    """Return the meaning of an answer."""
    word = DEAD.get(answer.status)
    if word and (answer.status == 410 or answer.body.strip() == word.encode()):  # noqa: PLR2004 - an HTTP status
        return Dead(f"answered {answer.status} {word}")
    return read_status(answer)
