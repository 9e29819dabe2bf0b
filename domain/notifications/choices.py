"""The channels of subscribers, and their choices.

Source: docs/behaviour.md, "Notifications".
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.status import Impact


class Channel(StrEnum):
    """The way in which a subscriber is notified."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    SLACK = "slack"
    DISCORD = "discord"
    TEAMS = "teams"


class Kinds(StrEnum):
    """The kinds of incidents that a subscriber hears of."""

    ALL = "all"
    INCIDENTS = "incidents"
    MAINTENANCES = "maintenances"


class Updates(StrEnum):
    """The chosen events of an incident: every one, or its begin and end."""

    ALL = "all"
    ENDS = "ends"


class Source(StrEnum):
    """The way in which a subscriber came to the list."""

    FORM = "form"
    OWNER = "owner"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of a subscriber.

    `components` are ids of leaves and categories, a category meaning its leaves; None means all.
    With `incident_id` the subscriber follows this incident only.
    """

    components: tuple[str, ...] | None = None
    incident_id: str | None = None
    kinds: Kinds = Kinds.ALL
    impact: Impact = Impact.NONE
    updates: Updates = Updates.ALL
