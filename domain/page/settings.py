"""A page's settings and their etag."""

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Any

LABEL_LIMIT = 40
HEADLINE_LIMIT = 80
ETAG_DIGITS = 16


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
