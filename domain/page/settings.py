"""A page's settings and their etag."""

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Protocol

from domain.page.logo import Logo
from domain.page.state import Appearance

LABEL_LIMIT = 40
HEADLINE_LIMIT = 80
ETAG_DIGITS = 16


class PageSettings(Protocol):
    """Any object with a page's settings: the page, or an owner's view."""

    @property
    def name(self) -> str:
        """Name of the page."""

    @property
    def is_public(self) -> bool:
        """Whether visitors may see it."""

    @property
    def description(self) -> str | None:
        """Description of the page."""

    @property
    def time_zone(self) -> str:
        """IANA time zone of its days."""

    @property
    def look(self) -> Appearance:
        """Appearance of the page."""

    @property
    def logo(self) -> Logo | None:
        """Logo of the page."""


def etag_of(settings: PageSettings) -> str:
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
