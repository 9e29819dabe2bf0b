"""A page's settings as one thing, and the etag that tells whether they are still the same."""

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Protocol

from domain.page.logo import Logo
from domain.page.state import Look

LABEL_LIMIT = 40
HEADLINE_LIMIT = 80
ETAG_DIGITS = 16


class Settings(Protocol):
    """What has a page's settings: the page itself, or what its owner sees of it."""

    @property
    def name(self) -> str:
        """What the page is called."""

    @property
    def is_public(self) -> bool:
        """Whether visitors may see it."""

    @property
    def description(self) -> str | None:
        """What it says of itself."""

    @property
    def time_zone(self) -> str:
        """Where its days begin."""

    @property
    def look(self) -> Look:
        """How it looks."""

    @property
    def logo(self) -> Logo | None:
        """What picture stands for it."""


def etag_of(settings: Settings) -> str:
    """Return a hash of the settings: what was changed and changed back counts as unchanged."""
    told = [
        settings.name,
        settings.is_public,
        settings.description,
        settings.time_zone,
        asdict(settings.look),
        settings.logo and settings.logo.digest,
    ]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:ETAG_DIGITS]
