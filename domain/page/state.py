"""A page as its drain holds it in memory, never changed in place.

Every mapping is treated as immutable: `apply` makes a new one. A drain compares two states by
identity alone to find its changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from domain.calendar import UTC_ZONE
from domain.page.limits import FREE_LEAVES, PRIME_LEAVES
from domain.page.logo import Logo
from domain.page.settings import Appearance
from domain.page.uptime.shown import RowsByLeaf
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.text import utf8_size

UNCOUNTED = -1


class Tier(StrEnum):
    """The paid tier of an account."""

    FREE = "free"
    PRIME = "prime"


class ComponentKind(StrEnum):
    """The kind: a leaf has a status, a category holds nodes."""

    LEAF = "leaf"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Component:
    """A node of the tree.

    `status` is a leaf's status, or a category's pin. `origin` of a leaf is the incident or toggle
    that said it, since `origin_at`; None if an older version has set it (domain/page/origin.py).
    """

    id: str
    name: str
    created_at: datetime
    kind: ComponentKind = ComponentKind.LEAF
    parent_id: str | None = None
    position: int = 0
    description: str | None = None
    status: Status | None = None
    status_at: datetime | None = None
    show_uptime: bool = True
    origin: str | None = None
    origin_at: datetime | None = None
    external_id: str | None = None  # of an imported one: the id in its source, as for all parts

    @property
    def is_leaf(self) -> bool:
        """Whether this node has a status of its own."""
        return self.kind is ComponentKind.LEAF


@dataclass(frozen=True, slots=True)
class Claim:
    """An incident's claim of `status` on a leaf, from `from_at` to `until_at`.

    `until_at` is None while the claim is open.
    """

    component_id: str
    status: Status
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One entry of an incident's timeline, with its statuses of leaves.

    `resolved_at` is the end of the trouble, if the entry gives another one than its own time.
    """

    id: str
    state: IncidentState
    body: str
    occurred_at: datetime
    posted_at: datetime
    components: Mapping[str, Status] = field(default_factory=dict)
    edited_at: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BareEntry:
    """An entry without a message, at its `place` among all entries of a timeline."""

    state: IncidentState
    occurred_at: datetime
    components: Mapping[str, Status]
    resolved_at: datetime | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident or a maintenance: its updates and claims, oldest first.

    `leaves` are those of a planned maintenance; before its start it has no claims. An impact that
    was not given (`impact_given` is false) follows the claims. `bare_entries` are the entries of
    the timeline that are no updates. `sequence` counts the changes of a maintenance's times.
    `changed_at` is the last change other than a new update or an edited one. A maintenance
    `notifies` of its start, its end and before it.
    """

    id: str
    title: str
    impact: Impact
    state: IncidentState
    started_at: datetime
    posted_at: datetime
    updated_at: datetime
    kind: IncidentKind = IncidentKind.INCIDENT
    resolved_at: datetime | None = None
    scheduled_start: datetime | None = None
    scheduled_end: datetime | None = None
    auto_start: bool = True
    auto_end: bool = True
    leaves: tuple[str, ...] = ()
    updates: tuple[Update, ...] = ()
    claims: tuple[Claim, ...] = ()
    impact_given: bool = True
    bare_entries: tuple[BareEntry, ...] = ()
    external_id: str | None = None
    sequence: int = 0
    changed_at: datetime | None = None
    notifies: bool = True
    # Computed on first use: a drain reads it for each command with text.
    _text_bytes: int = field(default=UNCOUNTED, init=False, repr=False, compare=False)

    @property
    def text_bytes(self) -> int:
        """Size of its title and messages, in bytes of UTF-8."""
        if self._text_bytes == UNCOUNTED:
            size = utf8_size(self.title) + sum(utf8_size(u.body) for u in self.updates)
            object.__setattr__(self, "_text_bytes", size)
        return self._text_bytes

    @property
    def is_resolved(self) -> bool:
        """Whether the work on it has ended."""
        return self.state is IncidentState.RESOLVED

    @property
    def is_called_off(self) -> bool:
        """Whether it is a maintenance that was resolved before it began."""
        if self.kind is not IncidentKind.MAINTENANCE or self.resolved_at is None:
            return False
        return self.resolved_at <= self.started_at

    @property
    def claimed_leaves(self) -> set[str]:
        """All leaves that it has ever claimed, deleted ones too if an entry names them."""
        entries: tuple[Update | BareEntry, ...] = (*self.updates, *self.bare_entries)
        unresolved = (entry for entry in entries if entry.state is not IncidentState.RESOLVED)
        named_leaves = {leaf for entry in unresolved for leaf in entry.components}
        return named_leaves | {claim.component_id for claim in self.claims}

    @property
    def held(self) -> Mapping[str, Status]:
        """Its open claims, by leaf."""
        return {c.component_id: c.status for c in self.claims if c.until_at is None}

    @property
    def newest_update(self) -> Update | None:
        """The update that was posted last, wherever the timeline has it."""
        return max(self.updates, key=attrgetter("posted_at", "id"), default=None)

    @property
    def etag(self) -> str:
        """The id of its newest update; without any its own."""
        return self.newest_update.id if self.newest_update else self.id


@dataclass(frozen=True, slots=True)
class PastIncident:
    """An incident too old to be loaded, with its claims of 90 days."""

    id: str
    title: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """An API key of a monitor; of the secret only the hash is stored."""

    id: str
    name: str
    hash: str
    created_at: datetime
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A text for repeated use; without a name it has its title."""

    id: str
    title: str
    created_at: datetime
    name: str | None = None
    body: str | None = None
    state: IncidentState | None = None
    impact: Impact | None = None
    kind: IncidentKind = IncidentKind.INCIDENT
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class CancelledMaintenance:
    """The values of a deleted maintenance that calendars need to remove it."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    deleted_at: datetime


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The page's tier and end of service (None: no end), from the account."""

    tier: Tier = Tier.FREE
    tier_until: datetime | None = None
    served_until: datetime | None = None

    def leaves_at(self, at: datetime) -> int:
        """Return how many leaves the page may have at the instant `at`."""
        lapsed = self.tier_until is not None and at >= self.tier_until
        return PRIME_LEAVES if self.tier is Tier.PRIME and not lapsed else FREE_LEAVES


@dataclass(frozen=True, slots=True)
class Suspension:
    """A page's suspension by the operator, which blocks visitors and keys: since when, and why."""

    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The aggregate: a page with its components, incidents and keys.

    `past` are the incidents of the 90 days that are too old to be loaded. `shown_rows` are the past
    statuses of leaves. `templates` are loaded only for commands about them,
    `cancelled_maintenances` only for the calendar.
    """

    id: str
    account_id: str = ""
    name: str = ""
    description: str | None = None
    time_zone: str = UTC_ZONE
    is_public: bool = False
    host: str | None = None
    look: Appearance = field(default_factory=Appearance)
    logo: Logo | None = None
    entitlement: Entitlement = Entitlement()
    created_at: datetime | None = None
    changed_at: datetime | None = None
    deleted_at: datetime | None = None
    components: Mapping[str, Component] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    past: tuple[PastIncident, ...] = ()
    shown_rows: RowsByLeaf = field(default_factory=dict)
    keys: Mapping[str, Key] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    cancelled_maintenances: Mapping[str, CancelledMaintenance] = field(default_factory=dict)
    suspension: Suspension | None = None

    @property
    def is_open(self) -> bool:
        """Whether visitors may see the page while it is served.

        Source: docs/behaviour.md, "Visibility".
        """
        return self.is_public and self.suspension is None

    @property
    def is_live(self) -> bool:
        """Whether the page has been created and not deleted."""
        return self.created_at is not None and self.deleted_at is None
