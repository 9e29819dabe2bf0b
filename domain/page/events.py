"""Events of a page.

An event is complete: applying it needs no rule and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from domain.calendar import UTC_ZONE
from domain.page.logo import Logo
from domain.page.settings import Appearance
from domain.page.state import Component, Entitlement, Incident, Suspension, Template, Update
from domain.page.uptime.shown import RowsByLeaf
from domain.status import Status


@dataclass(frozen=True, slots=True)
class PageCreated:
    """The page exists from `at` on."""

    account_id: str
    name: str
    entitlement: Entitlement
    host: str | None
    at: datetime
    time_zone: str = UTC_ZONE


@dataclass(frozen=True, slots=True)
class EntitlementSet:
    """The page has this entitlement, granted by its account."""

    entitlement: Entitlement


@dataclass(frozen=True, slots=True)
class HostsSet:
    """The page has this canonical host; None if it has no host."""

    host: str | None


@dataclass(frozen=True, slots=True)
class PageDeleted:
    """The page and its contents are deleted."""

    at: datetime


@dataclass(frozen=True, slots=True)
class PageChanged:
    """The page's settings have these values."""

    name: str
    is_public: bool
    description: str | None
    time_zone: str
    look: Appearance
    logo: Logo | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ComponentAdded:
    """The tree has a new component.

    `shifted` maps the ids of its moved siblings to their new positions.
    """

    component: Component
    shifted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ComponentsSet:
    """`components` have new properties, parents or positions; all others are unchanged."""

    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class ComponentDeleted:
    """A component is deleted, with all claims on it.

    It has no children: an earlier event has given them another parent.
    """

    component_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StatusShown:
    """A leaf shows `status` from `at` on, as its `origin` said.

    The origin is the id of an incident, or a toggle (domain/page/origin.py).
    """

    component_id: str
    status: Status
    origin: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IncidentOpened:
    """A new incident exists; further events set its claims."""

    incident: Incident


@dataclass(frozen=True, slots=True)
class UpdatePosted:
    """An incident has a new update, and takes over the update's state."""

    incident_id: str
    update: Update


@dataclass(frozen=True, slots=True)
class IncidentChanged:
    """An incident has new properties, such as its title, plan, claims or timeline.

    `incident` is complete. `at` is the time of the change.
    """

    incident: Incident
    at: datetime


@dataclass(frozen=True, slots=True)
class UpdateEdited:
    """An update has a new text; `update` is complete."""

    incident_id: str
    update: Update


@dataclass(frozen=True, slots=True)
class UpdateDeleted:
    """The message of an update is deleted; its effect stays."""

    incident_id: str
    update_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """An incident holds `status` on a leaf from `at` on.

    This ends the incident's earlier claim on that leaf.
    """

    incident_id: str
    component_id: str
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimsEnded:
    """No claim of an incident lasts beyond `at`."""

    incident_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IncidentDeleted:
    """An incident is deleted; its downtime no longer counts."""

    incident_id: str
    at: datetime


class Item(Protocol):
    """A key, a template, or another item that a page has by its id."""

    @property
    def id(self) -> str:
        """Id of the item."""


@dataclass(frozen=True, slots=True)
class ItemSet:
    """A part of the page, such as `keys`, has this item, new or changed."""

    part: str
    item: Item


@dataclass(frozen=True, slots=True)
class ItemDeleted:
    """A part of the page, such as `keys`, no longer has this item."""

    part: str
    item_id: str


@dataclass(frozen=True, slots=True)
class SuspensionSet:
    """The page has this suspension; None if it is not suspended."""

    suspension: Suspension | None


@dataclass(frozen=True, slots=True)
class ContentImported:
    """The page has more content, complete with its times; subscribers hear nothing of it.

    `shown_rows` are of leaves and days for which the page has none.
    """

    components: tuple[Component, ...]
    incidents: tuple[Incident, ...]
    templates: tuple[Template, ...]
    shown_rows: RowsByLeaf
    created_at: datetime
    changed_at: datetime

    @property
    def is_empty(self) -> bool:
        """Whether it adds nothing."""
        return not (self.components or self.incidents or self.templates or self.shown_rows)


Event: TypeAlias = (
    PageCreated | EntitlementSet | HostsSet | PageDeleted | PageChanged | ComponentAdded
    | ComponentsSet | ComponentDeleted
    | StatusShown | IncidentOpened | UpdatePosted | IncidentChanged | UpdateEdited | UpdateDeleted
    | ClaimSet | ClaimsEnded | IncidentDeleted
    | ItemSet | ItemDeleted | ContentImported | SuspensionSet
)  # fmt: skip
