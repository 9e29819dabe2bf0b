"""Commands of a page.

A log row outlives the code that wrote it: payloads only ever gain fields, with defaults. `notify`
says whether subscribers hear of it; None means the default (domain/page/public_events.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from domain.calendar import UTC_ZONE
from domain.page.settings import Appearance, Font, Link, Mode
from domain.page.state import Component, ComponentKind, Entitlement, Incident, Template
from domain.page.uptime.shown import RowsByLeaf, UptimeCounts
from domain.status import Impact, IncidentKind, IncidentState, Status


@dataclass(frozen=True, slots=True)
class AddTemplate:
    """Add a template; a maintenance has neither state nor impact."""

    template_id: str
    title: str
    name: str | None = None
    body: str | None = None
    state: IncidentState | None = None
    impact: Impact | None = None
    kind: IncidentKind = IncidentKind.INCIDENT


@dataclass(frozen=True, slots=True)
class ChangeTemplate:
    """Change a template; None keeps a property, an empty text clears it."""

    template_id: str
    title: str | None = None
    name: str | None = None
    body: str | None = None
    state: IncidentState | None = None
    impact: Impact | None = None
    kind: IncidentKind | None = None
    clears_state: bool = False
    clears_impact: bool = False


@dataclass(frozen=True, slots=True)
class DeleteTemplate:
    """Remove a template; incidents opened from it stay."""

    template_id: str


@dataclass(frozen=True, slots=True)
class StatusGiven:
    """A status for all leaves that match a reference (an id or a name)."""

    component: str
    status: Status


@dataclass(frozen=True, slots=True)
class CreatePage:
    """Create the page, as a follow-up of an account's `AddPage`.

    It is the first command of a page's stream.
    """

    account_id: str
    name: str
    entitlement: Entitlement
    host: str | None = None
    time_zone: str = UTC_ZONE


@dataclass(frozen=True, slots=True)
class SetEntitlement:
    """Set the page's entitlement, as a follow-up of an account."""

    entitlement: Entitlement


@dataclass(frozen=True, slots=True)
class SetHosts:
    """Set the page's canonical host, as a follow-up of an account."""

    host: str | None


@dataclass(frozen=True, slots=True)
class DeletePage:
    """Delete the page, as a follow-up of an account's `RemovePage`.

    It is the last command of a page's stream.
    """


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Change settings; None keeps a setting, an empty text clears it.

    It carries only the requested changes, so that two owners can change different settings at once.
    `look` replaces the whole appearance before the other fields apply. `etag` is that of the
    settings that the change is based on, if given. `logo` is a picture in base64.
    """

    name: str | None = None
    is_public: bool | None = None
    description: str | None = None
    time_zone: str | None = None
    look: Appearance | None = None
    labels: Mapping[str, str] | None = None
    headlines: Mapping[str, str] | None = None
    mode: Mode | None = None
    accent: str | None = None
    show_uptime: bool | None = None
    show_footer: bool | None = None
    etag: str | None = None
    logo: str | None = None
    show_latency: bool | None = None
    noindex: bool | None = None
    uptime_counts: UptimeCounts | None = None
    header: str | None = None
    font: Font | None = None
    links: tuple[Link, ...] | None = None
    show_checklist: bool | None = None
    notify_minutes: int | None = None
    reminder_hours: int | None = None
    stale_hours: int | None = None


@dataclass(frozen=True, slots=True)
class AddComponent:
    """Add a node to the tree, at `position` among its siblings or last."""

    component_id: str
    name: str
    kind: ComponentKind = ComponentKind.LEAF
    parent: str | None = None
    position: int | None = None
    description: str | None = None
    status: Status | None = None
    show_uptime: bool = True


@dataclass(frozen=True, slots=True)
class ChangeComponent:
    """Change or move a node; None keeps a property.

    An empty `description` clears it, an empty `parent` is the root. Under another parent a node
    without `position` comes last.
    """

    component_id: str
    name: str | None = None
    description: str | None = None
    parent: str | None = None
    position: int | None = None
    status: Status | None = None
    unpins: bool = False
    show_uptime: bool | None = None


@dataclass(frozen=True, slots=True)
class DeleteComponent:
    """Remove a node; a category's children move up to its position."""

    component_id: str


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Set the status of the leaves that match `reference`, without an incident."""

    reference: str
    status: Status


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """Open an incident, with a first update if `body` is given.

    `started_at` may be in the past. `resolved_at` is the end of one that is opened as resolved.
    """

    incident_id: str
    update_id: str
    title: str
    impact: Impact | None = None
    body: str | None = None
    components: tuple[StatusGiven, ...] = ()
    state: IncidentState = IncidentState.INVESTIGATING
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    notify: bool | None = None


class Repeat(StrEnum):
    """The handling of an update that says nothing new.

    Commands of older versions post it.
    """

    POST = "post"
    SKIP = "skip"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class PostUpdate:
    """Add an update to an incident, with statuses of leaves.

    `occurred_at` is its time, if not that of its posting. `resolved_at` is the end of the trouble,
    if a resolving update gives another time than its own. `etag` is that of the incident that its
    author has seen, if given.
    """

    incident_id: str
    update_id: str
    state: IncidentState
    body: str | None = None
    components: tuple[StatusGiven, ...] = ()
    if_repeat: Repeat = Repeat.POST
    etag: str | None = None
    occurred_at: datetime | None = None
    resolved_at: datetime | None = None
    notify: bool | None = None


@dataclass(frozen=True, slots=True)
class ScheduleMaintenance:
    """Plan a maintenance of leaves; it has no claims before its start."""

    incident_id: str
    update_id: str
    title: str
    scheduled_start: datetime
    scheduled_end: datetime
    body: str | None = None
    components: tuple[str, ...] = ()
    auto_start: bool = True
    auto_end: bool = True
    notify: bool | None = None


@dataclass(frozen=True, slots=True)
class StartMaintenance:
    """Start a planned maintenance: its leaves get claims of `maintenance`.

    `due_at` is the planned start, if the clock starts it; else None.
    """

    incident_id: str
    update_id: str
    body: str | None = None
    due_at: datetime | None = None
    notify: bool | None = None


@dataclass(frozen=True, slots=True)
class FinishMaintenance:
    """End a running maintenance, early or late.

    `due_at` is the planned end, if the clock ends it; else None.
    """

    incident_id: str
    update_id: str
    body: str | None = None
    due_at: datetime | None = None
    notify: bool | None = None


@dataclass(frozen=True, slots=True)
class ChangeIncident:
    """Correct an incident or replan a maintenance; None keeps a property."""

    incident_id: str
    title: str | None = None
    impact: Impact | None = None
    started_at: datetime | None = None
    scheduled_start: datetime | None = None
    scheduled_end: datetime | None = None
    auto_start: bool | None = None
    auto_end: bool | None = None
    resolved_at: datetime | None = None
    notify: bool | None = None


@dataclass(frozen=True, slots=True)
class EditUpdate:
    """Replace the text of an update."""

    incident_id: str
    update_id: str
    body: str


@dataclass(frozen=True, slots=True)
class DeleteUpdate:
    """Remove an update from the timeline; its statuses stay."""

    incident_id: str
    update_id: str


@dataclass(frozen=True, slots=True)
class DeleteIncident:
    """Remove an incident with its updates, its claims and its downtime."""

    incident_id: str
    notify: bool | None = None


@dataclass(frozen=True, slots=True)
class CreateKey:
    """Create an API key; `hash` is the SHA-256 of the secret, in hexadecimal."""

    key_id: str
    name: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChangeKey:
    """Rename, disable, enable or rotate a key; None keeps a property.

    A new `hash` rotates it.
    """

    key_id: str
    name: str | None = None
    disabled: bool | None = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteKey:
    """Remove an API key."""

    key_id: str


@dataclass(frozen=True, slots=True)
class ImportContent:
    """Add content with its own times, as the operator imports it; existing content stays.

    `settings` replace those of the page. `created_at` and `changed_at` are those of an imported
    page; without them the import is a change of now. It never notifies subscribers.

    Source: docs/behaviour.md, "Export and import".
    """

    settings: ChangePage | None = None
    components: tuple[Component, ...] = ()
    incidents: tuple[Incident, ...] = ()
    templates: tuple[Template, ...] = ()
    shown_rows: RowsByLeaf = field(default_factory=dict)
    created_at: datetime | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SuspendPage:
    """Suspend the page for visitors and keys, or change the reason.

    The operator does this.
    """

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class UnsuspendPage:
    """End a page's suspension, by the operator."""


Command: TypeAlias = (
    CreatePage | SetEntitlement | SetHosts | DeletePage | ChangePage
    | AddComponent | ChangeComponent | DeleteComponent | SetStatus
    | OpenIncident | PostUpdate | ScheduleMaintenance | StartMaintenance | FinishMaintenance
    | ChangeIncident | EditUpdate | DeleteUpdate | DeleteIncident
    | CreateKey | ChangeKey | DeleteKey
    | AddTemplate | ChangeTemplate | DeleteTemplate | ImportContent | SuspendPage | UnsuspendPage
)  # fmt: skip

COMMANDS: MappingProxyType[str, type[Command]] = MappingProxyType(
    {command.__name__: command for command in Command.__args__}
)
# Parts of a page that are loaded only for commands that name an entry of them, or add to them. No
# command names a cancelled maintenance.
ID_FIELDS: Mapping[str, str] = MappingProxyType({"templates": "template_id", "keys": "key_id"})
# What visitors could read is changed or taken away: nothing older is shown to them after it.
EDITS: Final = (ChangeIncident, EditUpdate, DeleteUpdate, DeleteIncident)
LOADED_FOR: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        part: frozenset(
            n for n, c in COMMANDS.items() if {part, id_} & c.__dataclass_fields__.keys()
        )
        for part, id_ in ID_FIELDS.items()
    }
    | {"cancelled_maintenances": frozenset()}
)
