"""What follows from a change of settings: what is given is merged into what is there by then."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.page import events as e
from domain.page.commands import ChangePage
from domain.page.decide.outcomes import invalid
from domain.page.logo import Logo, LogoError, decode_logo
from domain.page.settings import etag_of
from domain.page.state import Look, Page
from domain.results import Code, Rejection

STALE = "The settings have changed meanwhile. Read them again before changing them."


def change_page(page: Page, command: ChangePage, at: datetime) -> tuple[e.Event, ...] | Rejection:
    """Change what is given, keep the rest; refuse what was meant for other settings."""
    del at  # settings have no past
    if command.etag is not None and command.etag != etag_of(page):
        return Rejection(Code.CONFLICT, STALE)
    try:
        logo = page.logo if command.logo is None else logo_of(command.logo)
    except LogoError as error:
        return invalid("logo", str(error))
    name = page.name if command.name is None else command.name
    is_public = page.is_public if command.is_public is None else command.is_public
    description = page.description if command.description is None else command.description or None
    zone = command.time_zone or page.time_zone
    look = merged(page.look, command)
    return (e.PageChanged(name, is_public, description, zone, look, logo),)


def logo_of(given: str) -> Logo | None:
    """Return the logo that a command carries, none for an empty text. Raises LogoError."""
    return decode_logo(given) if given else None


def merged(look: Look, command: ChangePage) -> Look:
    """Return the look with what is given of it."""
    start = command.look or look
    given = {
        "mode": command.mode,
        "show_uptime": command.show_uptime,
        "show_footer": command.show_footer,
        "show_latency": command.show_latency,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if command.accent is not None:
        changes["accent"] = command.accent or None
    return replace(
        start,
        labels=reworded(start.labels, command.labels),
        headlines=reworded(start.headlines, command.headlines),
        **changes,
    )


def reworded(words: Mapping[str, str], given: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return words with those that are given; an empty one is the default again."""
    return {name: word for name, word in {**words, **(given or {})}.items() if word}
