"""What a page may be told to do. A log row outlives the code that wrote it: payloads only ever
gain fields, with defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from domain.page.state import ComponentKind, Entitlement, Look, Mode
from domain.page.template_commands import AddTemplate, ChangeTemplate, DeleteTemplate
from domain.status import Impact, IncidentState, Status


@dataclass(frozen=True, slots=True)
class StatusGiven:
    """A status for whatever leaves a reference (an id or a name) means."""

    component: str
    status: Status


@dataclass(frozen=True, slots=True)
class CreatePage:
    """Follow-up of an account's `AddPage`: the first command of a page's stream."""

    account_id: str
    name: str
    entitlement: Entitlement
    host: str | None = None


@dataclass(frozen=True, slots=True)
class SetEntitlement:
    """Follow-up of an account: what the page may be from now on."""

    entitlement: Entitlement


@dataclass(frozen=True, slots=True)
class SetHosts:
    """Follow-up of an account: the page's canonical host changed."""

    host: str | None


@dataclass(frozen=True, slots=True)
class DeletePage:
    """Follow-up of an account's `RemovePage`: the last command of a page's stream."""


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Change settings; None leaves one as it is, an empty text clears it.

    It carries only what was asked for, so that two owners who change different things at once both
    get their way. `look` replaces the whole look before the rest; `etag` is that of the settings
    which the change was meant for, if that matters. `logo` is a picture in base64.
    """

    name: str | None = None
    is_public: bool | None = None
    description: str | None = None
    time_zone: str | None = None
    look: Look | None = None
    labels: Mapping[str, str] | None = None
    headlines: Mapping[str, str] | None = None
    mode: Mode | None = None
    accent: str | None = None
    show_uptime: bool | None = None
    show_footer: bool | None = None
    etag: str | None = None
    logo: str | None = None
    show_latency: bool | None = None


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
    """Change or move a node; None leaves a thing as it is.

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
    """Remove a node; what a category holds moves up to where it stood."""

    component_id: str


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Toggle the leaves that `reference` means, without an incident."""

    reference: str
    status: Status


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """Open an incident, with a first update if `body` says something; `started_at` may be past."""

    incident_id: str
    update_id: str
    title: str
    impact: Impact | None = None
    body: str | None = None
    components: tuple[StatusGiven, ...] = ()
    state: IncidentState = IncidentState.INVESTIGATING
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PostUpdate:
    """Say something more of an incident, and of leaves."""

    incident_id: str
    update_id: str
    state: IncidentState
    body: str | None = None
    components: tuple[StatusGiven, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduleMaintenance:
    """Plan a maintenance of leaves; it claims nothing before it starts."""

    incident_id: str
    update_id: str
    title: str
    scheduled_start: datetime
    scheduled_end: datetime
    body: str | None = None
    components: tuple[str, ...] = ()
    auto_start: bool = True
    auto_end: bool = True


@dataclass(frozen=True, slots=True)
class StartMaintenance:
    """Begin a planned maintenance: its leaves get claims of `maintenance`.

    `due_at` is the planned start that the clock saw; by hand there is none.
    """

    incident_id: str
    update_id: str
    body: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FinishMaintenance:
    """End a running maintenance, early or late; `due_at` is the planned end that the clock saw."""

    incident_id: str
    update_id: str
    body: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeIncident:
    """Correct an incident, or plan a maintenance anew; None leaves a thing as it is."""

    incident_id: str
    title: str | None = None
    impact: Impact | None = None
    started_at: datetime | None = None
    scheduled_start: datetime | None = None
    scheduled_end: datetime | None = None
    auto_start: bool | None = None
    auto_end: bool | None = None


@dataclass(frozen=True, slots=True)
class EditUpdate:
    """Put other words in the place of an update's."""

    incident_id: str
    update_id: str
    body: str


@dataclass(frozen=True, slots=True)
class DeleteUpdate:
    """Take an update's words out of the timeline; what it did to state and leaves stays."""

    incident_id: str
    update_id: str


@dataclass(frozen=True, slots=True)
class DeleteIncident:
    """Remove an incident with its words, its claims and its downtime."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class CreateKey:
    """Give a monitor a credential; `hash` is the SHA-256 of the secret in hexadecimal."""

    key_id: str
    name: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChangeKey:
    """Rename, disable, enable or (with a new `hash`) rotate a key; None leaves a thing as it is."""

    key_id: str
    name: str | None = None
    disabled: bool | None = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteKey:
    """Take a credential away for good."""

    key_id: str


@dataclass(frozen=True, slots=True)
class SuspendPage:
    """The operator keeps the page from visitors and from its keys, or tells another reason."""

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class UnsuspendPage:
    """The operator lets a suspended page go on as it was."""


Command: TypeAlias = (
    CreatePage | SetEntitlement | SetHosts | DeletePage | ChangePage
    | AddComponent | ChangeComponent | DeleteComponent | SetStatus
    | OpenIncident | PostUpdate | ScheduleMaintenance | StartMaintenance | FinishMaintenance
    | ChangeIncident | EditUpdate | DeleteUpdate | DeleteIncident
    | CreateKey | ChangeKey | DeleteKey
    | AddTemplate | ChangeTemplate | DeleteTemplate | SuspendPage | UnsuspendPage
)  # fmt: skip

COMMANDS: MappingProxyType[str, type[Command]] = MappingProxyType(
    {command.__name__: command for command in Command.__args__}
)
