"""Messages to subscribers by mail: subject, text and HTML, and the headers of a list.

Source: docs/behaviour.md, "Mail"; RFC 2919, 2369, 8058.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from markupsafe import Markup

from domain.notifications.messages import Affected, IncidentNews, Message, NewsEntry
from domain.runtime.mail.message import MailContent
from domain.runtime.markdown_rules import to_plain_text
from domain.runtime.settings import load_settings
from domain.runtime.template_loader import colours, wording
from domain.status import IncidentKind
from workers.notify.outcome import Outcome
from workers.notify.smtp import MailConnection
from workers.render.formats.feed_entries import to_absolute_links
from workers.render.html import render, words
from workers.render.png import choose_ink, ensure_contrast
from workers.render.room import DocumentBudget

# Some programs cut a mail at 102 KB; the frame and the titles take the rest.
BODIES_BYTES: Final = 60_000
INCIDENTS_MAX: Final = 12
AFFECTED_MAX: Final = 10
PREVIEW_MAX: Final = 140  # characters that lists of mails show beside the subject
# Clients drop style sheets, so that each tag of a message has its style itself.
STYLES: Final = {
    "p": "margin:0 0 12px",
    "ul": "margin:0 0 12px;padding-left:22px",
    "ol": "margin:0 0 12px;padding-left:26px",
    "li": "margin:0 0 4px",
    "blockquote": "margin:0 0 12px;padding-left:12px;border-left:3px solid #98a2b3",
    "pre": "margin:0 0 12px;white-space:pre-wrap;font-size:15px",
    "hr": "margin:16px 0;border:0;border-top:1px solid #98a2b3",
}
_TAG: Final = re.compile(rf"<({'|'.join(STYLES)})(?=[ />])")


class Recipient(Protocol):
    """A subscriber, as its sender knows it."""

    @property
    def id(self) -> str:
        """The id."""

    @property
    def address(self) -> str:
        """The mail address."""


@dataclass(frozen=True, slots=True)
class EmailSender:
    """Sends messages over one connection."""

    connection: MailConnection

    def __call__(self, recipient: Recipient, message: Message) -> Outcome:
        """Send a message to a subscriber."""
        return self.connection.send(compose_email(message, recipient.id, recipient.address))


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry of an incident; without `html` its message did not fit, or there is none."""

    entry: NewsEntry
    label: str
    html: Markup | None

    @property
    def is_cut(self) -> bool:
        """Whether the mail has no room for the message."""
        return bool(self.entry.body) and self.html is None


@dataclass(frozen=True, slots=True)
class NewsView:
    """An incident in a mail: its entries newest first, and the components that are shown."""

    news: IncidentNews
    label: str
    entries: Sequence[EntryView]

    @property
    def affected(self) -> Sequence[Affected]:
        """The components that are named."""
        return self.news.affected[:AFFECTED_MAX]

    @property
    def more_affected(self) -> int:
        """The number of those that are not."""
        return len(self.news.affected) - len(self.affected)


def compose_email(message: Message, subscriber_id: str, address: str) -> MailContent:
    """Return a message as the mail to one subscriber."""
    domain = load_settings().mail_from.rpartition("@")[2]
    views = view_incidents(message)
    title = title_of(message, views[0].label)
    values = {
        "message": message,
        "views": views,
        "more": len(message.incidents) - len(views),
        "zone": message.page.time_zone,
        "labels": wording()["labels"],
        "impacts": wording()["impacts"],
    }
    return MailContent(
        id=message.id,
        recipient=address,
        subject=f"[{message.page.name}] {title}",
        text=render("mail/message.txt.j2", **values).strip() + "\n",
        html=render("mail/message.html.j2", **values, preview=preview(views), **palette(message)),
        sender_name=message.page.name,
        created_at=message.created_at,
        headers=build_headers(message, subscriber_id, domain),
        subscriber_id=subscriber_id,
    )


def title_of(message: Message, label: str) -> str:
    """Return the state and the title of an incident, or the number of several."""
    if len(message.incidents) == 1:
        return f"{label}: {message.incidents[0].title}"
    counts = Counter(news.kind for news in message.incidents)
    numbers = [(counts[kind], kind) for kind in IncidentKind if counts[kind]]
    return " and ".join(f"{count} {kind}{'' if count == 1 else 's'}" for count, kind in numbers)


def build_headers(message: Message, subscriber_id: str, domain: str) -> dict[str, str]:
    """Return the headers of a list, and of the thread of one incident."""
    headers = {
        "List-Id": f"<{message.page.id}.{domain}>",
        "List-Unsubscribe": f"<{message.manage_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if len(message.incidents) == 1:
        names = f"{message.page.id} {message.incidents[0].id} {subscriber_id}"
        thread = f"<t-{hashlib.sha256(names.encode()).hexdigest()[:32]}@{domain}>"
        headers |= {"In-Reply-To": thread, "References": thread}
    return headers


def view_incidents(message: Message) -> list[NewsView]:
    """Return the incidents of a message; the newest messages of each come before older ones."""
    bodies = fit_bodies(message)
    return [
        NewsView(
            news,
            label_of(news, news.entries[-1]),
            [
                EntryView(entry, label_of(news, entry), bodies.get((news.id, number)))
                for number, entry in reversed(list(enumerate(news.entries)))
            ],
        )
        for news in message.incidents[:INCIDENTS_MAX]
    ]


def fit_bodies(message: Message) -> dict[tuple[str, int], Markup]:
    """Return the messages that fit, as HTML, by incident and number of the entry."""
    newest_first = sorted(
        (
            (len(news.entries) - number, news.id, number, entry)
            for news in message.incidents[:INCIDENTS_MAX]
            for number, entry in enumerate(news.entries)
            if entry.body
        ),
        key=lambda item: item[0],
    )

    def sized() -> Iterator[tuple[tuple[tuple[str, int], Markup], int]]:
        for _, id_, number, entry in newest_first:
            html = render_body(entry.body, message.page.url)
            yield ((id_, number), html), len(html.encode())

    return dict(DocumentBudget(BODIES_BYTES).take_fitting(sized()))


def render_body(text: str, url: str) -> Markup:
    """Return a message as HTML with absolute links, styled in its tags."""
    html = to_absolute_links(words(text), url).strip()
    styled = _TAG.sub(lambda tag: f'<{tag[1]} style="{STYLES[tag[1]]}"', html)
    return Markup(styled)  # noqa: S704 - rendered by the renderer of the page


def label_of(news: IncidentNews, entry: NewsEntry) -> str:
    """Return the state of an entry, or its event if that says more.

    The newest entry is named by the present state: it may have changed without a message.
    """
    state = news.state if entry is news.entries[-1] else entry.state
    if news.is_withdrawn:
        return wording()["events"]["withdrawn"]
    label = wording()["states"][state]
    return wording()["events"].get(entry.kind, label) if entry.state == state else label


def preview(views: Sequence[NewsView]) -> str:
    """Return the beginning of the newest message, or the titles of a digest."""
    if len(views) > 1:
        return ", ".join(f"{view.label}: {view.news.title}" for view in views)[:PREVIEW_MAX]
    return to_plain_text(views[0].entries[0].entry.body)[:PREVIEW_MAX]


def palette(message: Message) -> dict[str, object]:
    """Return the colours of both themes, with the accent of the page."""
    light, dark = (themed(theme, message.page.accent) for theme in ("light", "dark"))
    return {"light": light, "dark": dark}


@lru_cache(maxsize=256)
def themed(theme: str, accent: str | None) -> dict[str, str]:
    """Return the colours of a theme."""
    values = dict(colours()[theme])
    if accent:
        values["accent"] = ensure_contrast(accent, values["card"])
    return values | {"ink": choose_ink(values["accent"])}
