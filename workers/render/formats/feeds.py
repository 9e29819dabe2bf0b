"""The feeds of a page: Atom, RSS 2.0 and JSON Feed 1.1, with the same entries.

Source: docs/behaviour.md, "Feeds and calendar".
"""

import re
from datetime import datetime
from typing import Any, Final

import msgspec

from domain.calendar import iso
from domain.store.postgres.engine import Connection
from workers.render.eager import RenderContext
from workers.render.formats.feed_entries import TAG, FeedEntry, build_entries
from workers.render.html import render

# Characters that XML 1.0 can't contain, and the carriage return, which parsers turn into a newline.
_NOT_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_atom(conn: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return the Atom feed."""
    return render_xml("feed/atom.xml.j2", conn, context)


def render_rss(conn: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return the RSS feed."""
    return render_xml("feed/rss.xml.j2", conn, context)


def render_xml(template: str, conn: Connection, context: RenderContext) -> bytes:
    """Return a feed as XML, well-formed for all texts of users."""
    entries = build_entries(conn, context)
    xml = render(
        template,
        id=TAG + context.page.id,
        page=context.view,
        about=describe(context),
        updated_at=feed_updated_at(context, entries),
        entries=entries,
    )
    return _NOT_XML.sub(to_xml_character, xml).encode()


def to_xml_character(character: re.Match[str]) -> str:
    """Return the reference of a carriage return; the replacement character for all others."""
    return "&#13;" if character[0] == "\r" else "\N{REPLACEMENT CHARACTER}"


def describe(context: RenderContext) -> str:
    """Return the description of the page."""
    return context.view.description or f"Incidents and maintenance of {context.view.name}."


def feed_updated_at(context: RenderContext, entries: list[FeedEntry]) -> datetime:
    """Return the last update of all entries; without entries the page's creation."""
    created_at = context.page.created_at or context.view.updated_at
    return max((entry.updated_at for entry in entries), default=created_at)


def render_json_feed(conn: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return the JSON Feed."""
    page = context.view
    addresses = {"home_page_url": page.url, "feed_url": f"{page.url}feed.json"} if page.url else {}
    return msgspec.json.encode(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": f"{page.name} Status - Incident History",
            **addresses,
            "description": describe(context),
            "authors": [{"name": page.name}],
            "items": [build_item(entry) for entry in build_entries(conn, context)],
        }
    )


def build_item(entry: FeedEntry) -> dict[str, Any]:
    """Return an entry as an item of the JSON Feed; our own values stand in `_hepstatus`."""
    incident = entry.incident
    times = {
        "startedAt": None if incident.scheduled_start else incident.started_at,
        "resolvedAt": incident.resolved_at,
        "scheduledStart": incident.scheduled_start,
        "scheduledEnd": incident.scheduled_end,
    }
    return {
        "id": entry.id,
        **({"url": entry.url} if entry.url else {}),
        "title": incident.title,
        "content_html": entry.content,
        "date_published": iso(entry.published_at),
        "date_modified": iso(entry.updated_at),
        "tags": [incident.kind],
        "_hepstatus": {
            "kind": incident.kind,
            "impact": incident.impact,
            "state": incident.state,
            **{name: iso(at) if at else None for name, at in times.items()},
        },
    }
