"""Discord: a message of a webhook.

Limits: 10 embeds, together 6,000 characters; title 256, description 4,096.
Source: discord.com/developers, "Webhook Resource" and "Embed Limits".
"""

from typing import Any, Final

import msgspec

from domain.notifications.messages import IncidentNews, Message
from domain.runtime.outgoing.client import Answer
from domain.status import Impact, IncidentState
from workers.notify.channels.answers import read_status
from workers.notify.channels.words import facts_of, message_text, shorten, state_word, subject_of
from workers.notify.outcome import Dead, Outcome, Retry

ADDRESS: Final = "https://discord.com/api/webhooks/"
CONTENT_MAX: Final = 2_000
TITLE_MAX: Final = 250
EMBEDS_MAX: Final = 10
TOTAL: Final = 5_500  # characters of all embeds
DESCRIPTION_MAX: Final = 4_000
COLOURS: Final = {
    Impact.NONE: 0x6B7280,
    Impact.MINOR: 0xEAB308,
    Impact.MAJOR: 0xF97316,
    Impact.CRITICAL: 0xEF4444,
}
RESOLVED_COLOUR: Final = 0x22C55E
GONE: Final = 404


def build_body(message: Message) -> bytes:
    """Return the JSON of a message without mentions."""
    incidents = message.incidents[:EMBEDS_MAX]
    room = TOTAL // max(len(incidents), 1)
    more = len(message.incidents) - len(incidents)
    rest = f" (and {more} more)" if more > 0 else ""
    links = f"[Status page](<{message.page.url}>) · [Change or leave](<{message.manage_url}>)"
    head = shorten(f"{message.page.name} – {subject_of(message)}", 400)
    return msgspec.json.encode(
        {
            "content": shorten(f"{escape_markdown(head)}{rest}\n{links}", CONTENT_MAX),
            "embeds": [embed(news, message.page.time_zone, room) for news in incidents],
            "allowed_mentions": {"parse": []},
        }
    )


def embed(news: IncidentNews, zone: str, room: int) -> dict[str, Any]:
    """Return the embed of an incident, of at most `room` characters."""
    title = shorten(f"{state_word(news)}: {news.title}", min(TITLE_MAX, room // 3))
    facts = "\n".join(
        f"**{label}:** {escape_markdown(shorten(fact, room // 16))}"
        for label, fact in facts_of(news, zone)
    )
    room_left = min(DESCRIPTION_MAX, room - len(title)) - len(facts) - 4
    body = escape_markdown(shorten(message_text(news), max(room_left // 2, 1)))
    is_over = news.state is IncidentState.RESOLVED
    return {
        "title": title,
        "url": news.url,
        "description": "\n\n".join(part for part in (body, facts) if part),
        "color": RESOLVED_COLOUR if is_over else COLOURS[news.impact],
    }


def escape_markdown(text: str) -> str:
    """Return a text without markup: an owner's stars are stars."""
    return "".join(f"\\{char}" if char in "\\*_~`|>[]" else char for char in text)


def build_test_body(page_name: str, confirm_url: str) -> bytes:
    """Return the JSON of a test message with the link that confirms."""
    name = escape_markdown(shorten(page_name, TITLE_MAX))
    content = f"{name} wants to post here. [Confirm or ignore this](<{confirm_url}>)"
    return msgspec.json.encode({"content": content, "allowed_mentions": {"parse": []}})


def read_answer(answer: Answer) -> Outcome:
    """Return the meaning of an answer: a webhook that was not found never comes back."""
    if answer.status == GONE:
        return Dead("answered 404")
    outcome = read_status(answer)
    if isinstance(outcome, Retry) and (pause := read_pause(answer.body)):
        return Retry(outcome.reason, pause)
    return outcome


def read_pause(body: bytes) -> float | None:
    """Return the seconds of `retry_after`; None without it."""
    try:
        return msgspec.json.decode(body, type=RateLimit).retry_after
    except msgspec.DecodeError:
        return None


class RateLimit(msgspec.Struct):
    """The body of an answer 429."""

    retry_after: float | None = None
