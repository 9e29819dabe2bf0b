"""Slack: a message of an incoming webhook.

Limits: header 150 characters, section 3,000, 50 blocks, 13,200 characters in all.
Source: docs.slack.dev, "Incoming webhooks" and "Blocks".
"""

from html import escape
from typing import Any, Final

import msgspec

from domain.notifications.messages import IncidentNews, Message
from domain.runtime.outgoing.client import Answer
from workers.notify.channels.answers import read_status
from workers.notify.channels.words import facts_of, message_text, shorten, state_word, subject_of
from workers.notify.outcome import Dead, Outcome

ADDRESS: Final = "https://hooks.slack.com/"
HEADER_MAX: Final = 150
TITLE_MAX: Final = 300
TOTAL: Final = 9_000  # characters of all sections; escapes make some of them longer
SECTION_MAX: Final = 2_800
INCIDENTS_MAX: Final = 20
DEAD: Final = {403: "action_prohibited", 404: "no_service", 410: "channel_is_archived"}


def build_body(message: Message) -> bytes:
    """Return the JSON of a message."""
    incidents = message.incidents[:INCIDENTS_MAX]
    room = min(SECTION_MAX, TOTAL // max(len(incidents), 1))
    blocks = [
        {"type": "header", "text": plain(shorten(message.page.name, HEADER_MAX))},
        *(section(news, message.page.time_zone, room) for news in incidents),
        context(message, len(message.incidents) - len(incidents)),
    ]
    text = fit(f"{message.page.name} – {subject_of(message)}", TITLE_MAX)
    return msgspec.json.encode({"text": text, "blocks": blocks})


def section(news: IncidentNews, zone: str, room: int) -> dict[str, Any]:
    """Return the block of an incident, of at most `room` characters."""
    head = f"*{state_word(news)}:* <{news.url}|{fit(news.title, room // 3)}>"
    facts = "\n".join(f"*{label}:* {fit(fact, room // 8)}" for label, fact in facts_of(news, zone))
    room_left = room - len(head) - len(facts) - 4
    body = fit(message_text(news), max(room_left, 1))
    text = "\n".join(part for part in (head, body, facts) if part)
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def context(message: Message, more: int) -> dict[str, Any]:
    """Return the last block: the links, and how many incidents are left out."""
    links = f"<{message.page.url}|Status page> · <{message.manage_url}|Change or leave>"
    text = f"and {more} more · {links}" if more > 0 else links
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def plain(text: str) -> dict[str, Any]:
    """Return a text object without markup."""
    return {"type": "plain_text", "text": text or "Status", "emoji": False}


def fit(text: str, limit: int) -> str:
    """Return a text escaped, of at most `limit` characters: `&`, `<` and `>` alone are special."""
    for size in (limit, limit // 2, limit // 6):
        if len(escaped := escape(shorten(text, max(size, 1)), quote=False)) <= limit:
            return escaped
    return ""


def build_test_body(page_name: str, confirm_url: str) -> bytes:
    """Return the JSON of a test message with the link that confirms."""
    text = (
        f"{fit(page_name, HEADER_MAX)} wants to post here. <{confirm_url}|Confirm or ignore this>"
    )
    return msgspec.json.encode({"text": text})


def read_answer(answer: Answer) -> Outcome:
    """Return the meaning of an answer."""
    word = DEAD.get(answer.status)
    if word and (answer.status == 410 or answer.body.strip() == word.encode()):  # noqa: PLR2004 - an HTTP status
        return Dead(f"answered {answer.status} {word}")
    return read_status(answer)
