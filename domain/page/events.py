"""Events of a page.

An event is complete: applying it needs no rule and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.page.logo import Logo
from domain.page.state import (
    Appearance,
    Component,
    Entitlement,
    Incident,
    Key,
    Suspension,
    Template,
    Update,
)
from domain.status import Status


@dataclass(frozen=True, slots=True)
class PageCreated:
    """The page exists from `at` on."""

    account_id: str
    name: str
    entitlement: Entitlement
    host: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class EntitlementSet:
    """The page has a new entitlement from the account."""

    entitlement: Entitlement


@dataclass(frozen=True, slots=True)
class HostsSet:
    """The page has another canonical host, or none."""

    host: str | None


@dataclass(frozen=True, slots=True)
class PageDeleted:
    """The page and its contents are deleted."""

    at: datetime


@dataclass(frozen=True, slots=True)
class PageChanged:
    """The settings have these values."""

    name: str
    is_public: bool
    description: str | None
    time_zone: str
    look: Appearance
    logo: Logo | None


@dataclass(frozen=True, slots=True)
class ComponentAdded:
    """The tree has a new node.

    `shifted` are the new positions of its siblings.
    """

    component: Component
    shifted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ComponentsSet:
    """These nodes have these properties and positions."""

    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class ComponentDeleted:
    """A node is deleted, without children and without claims."""

    component_id: str


@dataclass(frozen=True, slots=True)
class StatusShown:
    """A leaf has `status` from `at` on."""

    component_id: str
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class IncidentOpened:
    """An incident exists; separate events add its claims."""

    incident: Incident


@dataclass(frozen=True, slots=True)
class UpdatePosted:
    """An incident has a new update, and the update's state."""

    incident_id: str
    update: Update


@dataclass(frozen=True, slots=True)
class IncidentChanged:
    """An incident has these properties and claims from `at` on.

    Its updates stay.
    """

    incident: Incident
    at: datetime


@dataclass(frozen=True, slots=True)
class UpdateEdited:
    """An update has this text."""

    incident_id: str
    update: Update


@dataclass(frozen=True, slots=True)
class UpdateDeleted:
    """An update is deleted."""

    incident_id: str
    update_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """An incident claims `status` of a leaf from `at` on.

    It replaces the incident's earlier claim on that leaf.
    """

    incident_id: str
    component_id: str
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimsEnded:
    """An incident has no open claims any more."""

    incident_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IncidentDeleted:
    """An incident is deleted with its downtime."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class KeySet:
    """A key exists with these properties."""

    key: Key


@dataclass(frozen=True, slots=True)
class KeyDeleted:
    """A key is deleted and gives no access any more."""

    key_id: str


@dataclass(frozen=True, slots=True)
class TemplateSet:
    """A template exists with these texts."""

    template: Template


@dataclass(frozen=True, slots=True)
class TemplateDeleted:
    """A template is deleted."""

    template_id: str


@dataclass(frozen=True, slots=True)
class SuspensionSet:
    """The page is suspended, or (None) is not any more."""

    suspension: Suspension | None


Event: TypeAlias = (
    PageCreated | EntitlementSet | HostsSet | PageDeleted | PageChanged | ComponentAdded
    | ComponentsSet | ComponentDeleted
    | StatusShown | IncidentOpened | UpdatePosted | IncidentChanged | UpdateEdited | UpdateDeleted
    | ClaimSet | ClaimsEnded | IncidentDeleted
    | KeySet | KeyDeleted | TemplateSet | TemplateDeleted | SuspensionSet
)  # fmt: skip
