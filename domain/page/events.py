"""What happened to a page. An event is complete: applying it needs no rule and no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.page.logo import Logo
from domain.page.state import (
    Component,
    Entitlement,
    Incident,
    Key,
    Look,
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
    """The account deals the page another place or tier."""

    entitlement: Entitlement


@dataclass(frozen=True, slots=True)
class HostsSet:
    """The page has another canonical host, or none."""

    host: str | None


@dataclass(frozen=True, slots=True)
class PageDeleted:
    """The page and all it held are gone."""

    at: datetime


@dataclass(frozen=True, slots=True)
class PageChanged:
    """Settings have these values now."""

    name: str
    is_public: bool
    description: str | None
    time_zone: str
    look: Look
    logo: Logo | None


@dataclass(frozen=True, slots=True)
class ComponentAdded:
    """The tree has a node more; `shifted` are the new positions of siblings that made room."""

    component: Component
    shifted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ComponentsSet:
    """These nodes of the tree have these properties and places now."""

    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class ComponentDeleted:
    """A node is gone; nothing stands under it any more, and nothing is claimed of it."""

    component_id: str


@dataclass(frozen=True, slots=True)
class StatusShown:
    """A leaf shows `status` from `at` on."""

    component_id: str
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class IncidentOpened:
    """An incident exists; its claims follow as events of their own."""

    incident: Incident


@dataclass(frozen=True, slots=True)
class UpdatePosted:
    """An incident's timeline grew; its state is that of the update."""

    incident_id: str
    update: Update


@dataclass(frozen=True, slots=True)
class IncidentChanged:
    """An incident has these properties and claims from `at` on; its words stay."""

    incident: Incident
    at: datetime


@dataclass(frozen=True, slots=True)
class UpdateEdited:
    """An update says this now."""

    incident_id: str
    update: Update


@dataclass(frozen=True, slots=True)
class UpdateDeleted:
    """An update's words are gone."""

    incident_id: str
    update_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """An incident claims `status` of a leaf from `at` on, in place of what it claimed before."""

    incident_id: str
    component_id: str
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimsEnded:
    """An incident holds no claim any more."""

    incident_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IncidentDeleted:
    """An incident is gone, and its downtime with it."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class KeySet:
    """A key exists with these properties now."""

    key: Key


@dataclass(frozen=True, slots=True)
class KeyDeleted:
    """A key opens nothing any more."""

    key_id: str


@dataclass(frozen=True, slots=True)
class TemplateSet:
    """A template exists with these words now."""

    template: Template


@dataclass(frozen=True, slots=True)
class TemplateDeleted:
    """A template is gone."""

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
