"""Decision on a change of settings, merged into the current ones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.page import events as e
from domain.page.commands import ChangePage
from domain.page.decide.outcomes import invalid
from domain.page.logo import Logo, LogoError, decode_logo
from domain.page.settings import etag_of
from domain.page.state import Appearance, Page
from domain.results import Code, Rejection

STALE = "The settings have changed meanwhile. Read them again before changing them."


def change_page(page: Page, command: ChangePage, at: datetime) -> tuple[e.Event, ...] | Rejection:
    """Change the given settings; refuse a change with a stale etag."""
    del at  # unused: settings have no history
    if command.etag is not None and command.etag != etag_of(page):
        return Rejection(Code.CONFLICT, STALE)
    try:
        logo = page.logo if command.logo is None else parse_logo(command.logo)
    except LogoError as error:
        return invalid("logo", str(error))
    name = page.name if command.name is None else command.name
    is_public = page.is_public if command.is_public is None else command.is_public
    description = page.description if command.description is None else command.description or None
    zone = command.time_zone or page.time_zone
    look = merge_appearance(page.look, command)
    return (e.PageChanged(name, is_public, description, zone, look, logo),)


def parse_logo(text: str) -> Logo | None:
    """Return the logo of a command, None for an empty text.

    Raises LogoError.
    """
    return decode_logo(text) if text else None


def merge_appearance(look: Appearance, command: ChangePage) -> Appearance:
    """Return the appearance with the given changes."""
    start = command.look or look
    values = {
        "mode": command.mode,
        "show_uptime": command.show_uptime,
        "show_footer": command.show_footer,
        "show_latency": command.show_latency,
    }
    changes: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    if command.accent is not None:
        changes["accent"] = command.accent or None
    return replace(
        start,
        labels=merge_texts(start.labels, command.labels),
        headlines=merge_texts(start.headlines, command.headlines),
        **changes,
    )


def merge_texts(texts: Mapping[str, str], changes: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the texts with the given ones; an empty one removes its key."""
    return {name: text for name, text in {**texts, **(changes or {})}.items() if text}
