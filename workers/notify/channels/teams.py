"""Microsoft Teams: an adaptive card for a Workflows webhook.

Limit: 28 KB in all, of which we take 21. An answer 202 means taken, not shown.
Source: learn.microsoft.com, "Create incoming webhooks with Workflows".
"""

from typing import Any, Final

import msgspec

from domain.notifications.messages import IncidentNews, Message
from domain.runtime.outgoing.client import Answer
from workers.notify.channels.answers import read_status
from workers.notify.channels.words import facts_of, message_text, shorten, state_word
from workers.notify.outcome import Outcome

INCIDENTS_MAX: Final = 20
BYTES_MAX: Final = 21_000
FRAME_BYTES: Final = 3_000  # of the card without its incidents
NAME_MAX: Final = 100
CARD: Final = "application/vnd.microsoft.card.adaptive"
SCHEMA: Final = "http://adaptivecards.io/schemas/adaptive-card.json"


def build_body(message: Message) -> bytes:
    """Return the JSON of a message."""
    incidents = message.incidents[:INCIDENTS_MAX]
    room = (BYTES_MAX - FRAME_BYTES) // max(len(incidents), 1)
    more = len(message.incidents) - len(incidents)
    blocks = [
        text_block(shorten(message.page.name, NAME_MAX), size="Large", weight="Bolder"),
        *(block for news in incidents for block in build_blocks(message, news, room)),
        *([text_block(f"and {more} more")] if more > 0 else []),
        text_block(f"[Status page]({message.page.url}) · [Change or leave]({message.manage_url})"),
    ]
    return build_card(blocks)


def build_blocks(message: Message, news: IncidentNews, room: int) -> list[dict[str, Any]]:
    """Return the blocks of an incident, of about `room` bytes at most."""
    title = escape_markdown(cut(f"{state_word(news)}: {news.title}", room // 8))
    facts = [
        {"title": label, "value": cut(fact, room // 16)}
        for label, fact in facts_of(news, message.page.time_zone)
    ]
    body = escape_markdown(cut(message_text(news), room // 4))
    return [
        text_block(f"[{title}]({news.url})", weight="Bolder"),
        *([text_block(body)] if body else []),
        {"type": "FactSet", "facts": facts},
    ]


def cut(text: str, limit: int) -> str:
    """Return the beginning of a text, of at most `limit` bytes of UTF-8."""
    if len(text.encode()) <= limit:
        return text
    return text.encode()[: max(limit - 3, 0)].decode(errors="ignore").rstrip() + "…"


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
    name = escape_markdown(shorten(page_name, NAME_MAX))
    return build_card(
        [text_block(f"{name} wants to post here. [Confirm or ignore this]({confirm_url})")]
    )


def read_answer(answer: Answer) -> Outcome:
    """Return the meaning of an answer."""
    return read_status(answer)
