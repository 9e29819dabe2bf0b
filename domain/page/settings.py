"""A page's settings and their etag."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from domain.page.uptime.shown import UptimeCounts

LABEL_LIMIT = 40
HEADLINE_LIMIT = 80
LINKS_MAX = 5
LINK_LABEL_LIMIT = 40
LINK_URL_LIMIT = 500
ETAG_DIGITS = 16
NOTIFY_MINUTES = 5
NOTIFY_MINUTES_MAX = 60
REMINDER_HOURS = 3
REMINDER_HOURS_MAX = 168
STALE_HOURS = 6
STALE_HOURS_MAX = 72


class Mode(StrEnum):
    """The colour mode of a page; `auto` follows the visitor's preference.

    `auto` is dark unless the visitor prefers light.
    """

    AUTO = "auto"
    DARK = "dark"
    LIGHT = "light"


class Font(StrEnum):
    """The letters of a page; each is a stack of fonts that visitors have."""

    SYSTEM = "system"
    SERIF = "serif"
    ROUNDED = "rounded"
    MONO = "mono"


class Place(StrEnum):
    """The part of a page that shows a link of its owner."""

    HEADER = "header"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the page's owner, to a website or a mailbox."""

    label: str
    url: str
    place: Place = Place.HEADER


@dataclass(frozen=True, slots=True)
class Appearance:
    """The appearance of a page, as its owner chose it, with words by status.

    A subscriber gets a message in `notify_minutes` at most, and a reminder of a maintenance
    `reminder_hours` before its start (0: none). Its owner gets a mail when an incident had no news
    for `stale_hours` (0: never).
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    headlines: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = Mode.AUTO
    accent: str | None = None
    show_uptime: bool = True
    show_footer: bool = True
    show_latency: bool = False
    noindex: bool = False
    uptime_counts: UptimeCounts = UptimeCounts.INCIDENTS
    header: str | None = None
    font: Font = Font.SYSTEM
    links: tuple[Link, ...] = ()
    show_checklist: bool = True
    notify_minutes: int = NOTIFY_MINUTES
    reminder_hours: int = REMINDER_HOURS
    stale_hours: int = STALE_HOURS


def etag_of(settings: Any) -> str:  # noqa: ANN401 - the page, or its owner's view of it
    """Return a hash of the settings.

    A change that is undone gives the same hash again.
    """
    values = [
        settings.name,
        settings.is_public,
        settings.description,
        settings.time_zone,
        asdict(settings.look),
        settings.logo and settings.logo.digest,
    ]
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:ETAG_DIGITS]
