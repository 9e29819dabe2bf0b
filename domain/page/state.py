"""A page as its drain holds it in memory: small, read whole, never changed in place.

Every mapping is treated as immutable: `apply` makes a new one, so that what differs between two
states is told by identity alone (which is how a drain knows what to save).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.page.limits import FREE_LEAVES, PRIME_LEAVES
from domain.page.logo import Logo
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.text import utf8_size

UNCOUNTED = -1


class Tier(StrEnum):
    """What an account pays for."""

    FREE = "free"
    PRIME = "prime"


class ComponentKind(StrEnum):
    """A leaf has a status of its own; a category holds leaves and categories."""

    LEAF = "leaf"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Component:
    """A node of the tree. `status` is what a leaf shows, or what is pinned on a category."""

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

    @property
    def is_leaf(self) -> bool:
        """Whether this node has a status of its own."""
        return self.kind is ComponentKind.LEAF


@dataclass(frozen=True, slots=True)
class Claim:
    """That an incident said `status` of a leaf from `from_at` until `until_at` (None: still)."""

    component_id: str
    status: Status
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One entry of an incident's timeline, with the statuses that it gave to leaves."""

    id: str
    state: IncidentState
    body: str
    occurred_at: datetime
    posted_at: datetime
    components: Mapping[str, Status] = field(default_factory=dict)
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident or a maintenance: its words, oldest first, and its claims, past and present.

    `leaves` are those that a maintenance is planned for; before its start it claims none.
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
    # Counted on the first question: a drain asks at each command that brings text.
    _text_bytes: int = field(default=UNCOUNTED, init=False, repr=False, compare=False)

    @property
    def text_bytes(self) -> int:
        """How much text its title and its messages are, in bytes of UTF-8."""
        if self._text_bytes == UNCOUNTED:
            said = utf8_size(self.title) + sum(utf8_size(u.body) for u in self.updates)
            object.__setattr__(self, "_text_bytes", said)
        return self._text_bytes

    @property
    def is_resolved(self) -> bool:
        """Whether the work on it has ended."""
        return self.state is IncidentState.RESOLVED

    @property
    def held(self) -> Mapping[str, Status]:
        """The claims it holds now, by leaf."""
        return {c.component_id: c.status for c in self.claims if c.until_at is None}


@dataclass(frozen=True, slots=True)
class PastIncident:
    """What the 90 days keep of an incident that is too old to be loaded itself."""

    id: str
    title: str
    claims: tuple[Claim, ...]


class Mode(StrEnum):
    """Which theme a page has: dark unless the visitor prefers light, or always the one."""

    AUTO = "auto"
    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Look:
    """How the owner wants the page to look; names of labels and headlines are statuses."""

    labels: Mapping[str, str] = field(default_factory=dict)
    headlines: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = Mode.AUTO
    accent: str | None = None
    show_uptime: bool = True
    show_footer: bool = True
    show_latency: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A monitor's credential; only the hash of the secret is ever kept."""

    id: str
    name: str
    hash: str
    created_at: datetime
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """Words that an owner uses again and again; without a name it goes by its title."""

    id: str
    title: str
    created_at: datetime
    name: str | None = None
    body: str | None = None
    state: IncidentState | None = None
    impact: Impact | None = None
    kind: IncidentKind = IncidentKind.INCIDENT


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the account grants the page: its tier, and until when it is served (None: no end)."""

    tier: Tier = Tier.FREE
    tier_until: datetime | None = None
    served_until: datetime | None = None

    def leaves_at(self, at: datetime) -> int:
        """Return how many leaves the page may have at the instant `at`."""
        lapsed = self.tier_until is not None and at >= self.tier_until
        return PRIME_LEAVES if self.tier is Tier.PRIME and not lapsed else FREE_LEAVES


@dataclass(frozen=True, slots=True)
class Suspension:
    """That the operator keeps a page from visitors and from its keys, since when, and why."""

    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The aggregate. `past` are the incidents of the 90 days that are too old to be loaded.

    `templates` are there only while commands speak of them: nothing else needs them.
    """

    id: str
    account_id: str = ""
    name: str = ""
    description: str | None = None
    time_zone: str = "UTC"
    is_public: bool = False
    host: str | None = None
    look: Look = Look()
    logo: Logo | None = None
    entitlement: Entitlement = Entitlement()
    created_at: datetime | None = None
    changed_at: datetime | None = None
    deleted_at: datetime | None = None
    components: Mapping[str, Component] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    past: tuple[PastIncident, ...] = ()
    keys: Mapping[str, Key] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    suspension: Suspension | None = None

    @property
    def is_open(self) -> bool:
        """Whether visitors may see the page, for as long as it has a place.

        Source: docs/behaviour.md, "Visibility".
        """
        return self.is_public and self.suspension is None

    @property
    def is_live(self) -> bool:
        """Whether the page has been created and not deleted."""
        return self.created_at is not None and self.deleted_at is None
