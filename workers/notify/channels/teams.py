"""Microsoft Teams: an adaptive card for a Workflows webhook.

Limit: 28 KB in all, of which we take 21. An answer 202 means taken, not shown.
Source: learn.microsoft.com, "Create incoming webhooks with Workflows".
"""

from typing import Any, Final

import msgspec

from domain.notifications.messages import IncidentNews, Message
from domain.runtime.outgoing.client import Answer
from workers.notify.channels.answers import read_status
from workers.notify.channels.words import facts_of, fit, json_bytes, message_text, state_word
from workers.notify.outcome import Outcome
from workers.render.room import DocumentBudget

INCIDENTS_MAX: Final = 20
INCIDENTS_BYTES: Final = 18_000  # the frame takes 3,000 at most
NAME_BYTES: Final = 800
CARD: Final = "application/vnd.microsoft.card.adaptive"
SCHEMA: Final = "http://adaptivecards.io/schemas/adaptive-card.json"


def build_body(message: Message) -> bytes:
    """Return the JSON of a message."""
    incidents = message.incidents[:INCIDENTS_MAX]
    room = INCIDENTS_BYTES // max(len(incidents), 1)
    parts = (build_blocks(message, news, room) for news in incidents)
    sized = ((blocks, len(msgspec.json.encode(blocks))) for blocks in parts)
    fitting = DocumentBudget(INCIDENTS_BYTES).take_fitting(sized)
    more = len(message.incidents) - len(fitting)
    name = fit_escaped(message.page.name, NAME_BYTES)
    blocks = [
        text_block(name, size="Large", weight="Bolder"),
        *(block for blocks in fitting for block in blocks),
        *([text_block(f"and {more} more")] if more > 0 else []),
        text_block(f"[Status page]({message.page.url}) · [Change or leave]({message.manage_url})"),
    ]
    return build_card(blocks)


def build_blocks(message: Message, news: IncidentNews, room: int) -> list[dict[str, Any]]:
    """Return the blocks of an incident, of about `room` bytes at most."""
    title = fit_escaped(f"{state_word(news)}: {news.title}", room // 4)
    facts = [
        {"title": label, "value": fit_escaped(fact, room // 8)}
        for label, fact in facts_of(news, message.page.time_zone)
    ]
    head = text_block(f"[{title}]({news.url})", weight="Bolder")
    end = {"type": "FactSet", "facts": facts}
    room_left = room - len(msgspec.json.encode([head, text_block(""), end]))
    body = fit_escaped(message_text(news), max(room_left, 1))
    return [head, *([text_block(body)] if body else []), *([end] if facts else [])]


def fit_escaped(text: str, limit: int) -> str:
    """Return the beginning of a text, escaped, of at most `limit` bytes of JSON."""
    return fit(text, limit, json_bytes, escape_markdown)


def escape_markdown(text: str) -> str:
    """Return a text without markup."""
    return "".join(f"\\{char}" if char in "\\*_[]" else char for char in text)


def text_block(text: str, **more: str) -> dict[str, Any]:
    """Return a text that wraps."""
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


def build_card(blocks: list[dict[str, Any]]) -> bytes:
    """Return the JSON of a card."""
    content = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": blocks,
        "msteams": {"width": "Full"},
    }
    card = {"contentType": CARD, "contentUrl": None, "content": content}
    return msgspec.json.encode({"type": "message", "attachments": [card]})


def build_test_body(page_name: str, confirm_url: str) -> bytes:
    """Return the JSON of a test message with the link that confirms."""
    name = fit_escaped(page_name, NAME_BYTES)
    return build_card(
        [text_block(f"{name} wants to post here. [Confirm or ignore this]({confirm_url})")]
    )


def read_answer(answer: Answer) -> Outcome:
    """Return the meaning of an answer."""
    return read_status(answer)
