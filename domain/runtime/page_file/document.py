"""The document of a page, as `hepstatus export` writes it and `hepstatus import` reads it.

Build one of these types, or decode the JSON with `decode_document`; `encode_document` gives the
same bytes for the same content. `import_document` in `ops/cli/moves.py` checks and imports it.

An `id` is any text of at most 200 characters, unique among the objects of its kind in the file.
The import keeps it as the `external_id` of the page's object, and a second import recognizes the
object by it. Instants are aware.

- The order of `components` is that of the tree: a category stands before its nodes.
- `updates` are a timeline in its order. An entry with `posted_at` is an update, with a message; one
  without is a bare entry, which has only a state, a time and statuses.
- `claims` are the times for which an incident set a status on a leaf. None derives them from the
  timeline: then each entry sets the statuses of its `components`, up to the next entry that names
  the same leaf or resolves the incident.
- `components` of an incident are the leaves of a planned maintenance.

Source: docs/behaviour.md, "Export and import".
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from domain.calendar import UTC_ZONE
from domain.page.limits import UPDATES
from domain.page.settings import (
    HEADLINE_LIMIT,
    LABEL_LIMIT,
    LINKS_MAX,
    NOTIFY_MINUTES,
    NOTIFY_MINUTES_MAX,
    REMINDER_HOURS,
    REMINDER_HOURS_MAX,
    STALE_HOURS,
    STALE_HOURS_MAX,
    Font,
    Link,
    Mode,
)
from domain.page.state import ComponentKind
from domain.page.uptime.shown import TOGGLE, UptimeCounts
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.text import BODY_LIMIT, DESCRIPTION_LIMIT, NAME_LIMIT, TITLE_LIMIT

FORMAT: Final = "hepstatus"
VERSION: Final = 1
ID_LIMIT: Final = 200
SEQUENCE_MAX: Final = 2**31 - 1

FileId = Annotated[str, Meta(min_length=1, max_length=ID_LIMIT)]
Name = Annotated[str, Meta(min_length=1, max_length=NAME_LIMIT)]
Title = Annotated[str, Meta(min_length=1, max_length=TITLE_LIMIT)]
Body = Annotated[str, Meta(max_length=BODY_LIMIT)]
Description = Annotated[str, Meta(max_length=DESCRIPTION_LIMIT)]
Label = Annotated[str, Meta(min_length=1, max_length=LABEL_LIMIT)]
Headline = Annotated[str, Meta(min_length=1, max_length=HEADLINE_LIMIT)]
Colour = Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")]
Moment = Annotated[datetime, Meta(tz=True)]


class Part(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Base of the parts of a document."""


class PageSettings(Part, frozen=True, kw_only=True):
    """Settings of the page; `logo` is a `data:` URL of its picture.

    `changed_at` is the last change for visitors.
    """

    name: Name
    description: Description | None = None
    time_zone: str = UTC_ZONE
    created_at: Moment | None = None
    changed_at: Moment | None = None
    logo: str | None = None
    labels: dict[Status, Label] = {}
    headlines: dict[Status, Headline] = {}
    mode: Mode = Mode.AUTO
    accent: Colour | None = None
    show_uptime: bool = True
    show_footer: bool = True
    show_latency: bool = False
    noindex: bool = False
    uptime_counts: UptimeCounts = UptimeCounts.INCIDENTS
    header: Colour | None = None
    font: Font = Font.SYSTEM
    links: Annotated[tuple[Link, ...], Meta(max_length=LINKS_MAX)] = ()
    show_checklist: bool = True
    notify_minutes: Annotated[int, Meta(ge=0, le=NOTIFY_MINUTES_MAX)] = NOTIFY_MINUTES
    reminder_hours: Annotated[int, Meta(ge=0, le=REMINDER_HOURS_MAX)] = REMINDER_HOURS
    stale_hours: Annotated[int, Meta(ge=0, le=STALE_HOURS_MAX)] = STALE_HOURS


class ComponentPart(Part, frozen=True, kw_only=True):
    """A node of the tree; `parent` is the id of its category.

    `status` is what a leaf shows, or the pin of a category. `origin` is the id of the incident that
    said it last, or `toggle`.
    """

    id: FileId
    name: Name
    created_at: Moment
    kind: ComponentKind = ComponentKind.LEAF
    parent: FileId | None = None
    description: Description | None = None
    status: Status | None = None
    status_at: Moment | None = None
    show_uptime: bool = True
    origin: FileId | None = None
    origin_at: Moment | None = None


class StatusPart(Part, frozen=True, kw_only=True):
    """The status of a leaf."""

    component: FileId
    status: Status


class UpdatePart(Part, frozen=True, kw_only=True):
    """An entry of a timeline; without `posted_at` it has no message.

    `resolved_at` is the end of the trouble, if the entry gives another one than its own time.
    """

    state: IncidentState
    occurred_at: Moment
    body: Body = ""
    posted_at: Moment | None = None
    edited_at: Moment | None = None
    resolved_at: Moment | None = None
    components: tuple[StatusPart, ...] = ()


class ClaimPart(Part, frozen=True, kw_only=True):
    """A claim of an incident on a leaf; without `until` it is open."""

    component: FileId
    status: Status
    from_at: Moment = msgspec.field(name="from")
    until_at: Moment | None = msgspec.field(name="until", default=None)


class IncidentPart(Part, frozen=True, kw_only=True):
    """An incident or a maintenance with its timeline.

    `impact_given` is false for an impact that follows the claims. `sequence` counts the changes of
    a maintenance's times. `changed_at` is the last change other than an update.
    """

    id: FileId
    title: Title
    impact: Impact
    state: IncidentState
    started_at: Moment
    posted_at: Moment
    updated_at: Moment
    changed_at: Moment | None = None
    sequence: Annotated[int, Meta(ge=0, le=SEQUENCE_MAX)] = 0
    kind: IncidentKind = IncidentKind.INCIDENT
    impact_given: bool = True
    resolved_at: Moment | None = None
    scheduled_start: Moment | None = None
    scheduled_end: Moment | None = None
    auto_start: bool = True
    auto_end: bool = True
    notifies: bool = msgspec.field(name="notify", default=True)
    components: tuple[FileId, ...] = ()
    updates: Annotated[tuple[UpdatePart, ...], Meta(max_length=2 * UPDATES)] = ()
    claims: tuple[ClaimPart, ...] | None = None


class ShownPart(Part, frozen=True, kw_only=True):
    """A status that a leaf showed; `length` is that of a row that stands for several."""

    component: FileId
    status: Status
    from_at: Moment = msgspec.field(name="from")
    until_at: Moment = msgspec.field(name="until")
    origin: FileId = TOGGLE
    length: timedelta | None = None


class TemplatePart(Part, frozen=True, kw_only=True):
    """A template of incidents or maintenances."""

    id: FileId
    title: Title
    created_at: Moment
    name: Name | None = None
    body: Body | None = None
    state: IncidentState | None = None
    impact: Impact | None = None
    kind: IncidentKind = IncidentKind.INCIDENT


class Document(Part, frozen=True, kw_only=True):
    """A page with its contents; never its keys, secrets, hosts or log."""

    format: Literal["hepstatus"] = FORMAT
    version: Literal[1] = VERSION
    page: PageSettings
    components: tuple[ComponentPart, ...] = ()
    incidents: tuple[IncidentPart, ...] = ()
    shown_rows: tuple[ShownPart, ...] = msgspec.field(name="shown", default=())
    templates: tuple[TemplatePart, ...] = ()


class DocumentError(ValueError):
    """A document that can't be imported; the message names the path in it."""


def encode_document(document: Document) -> bytes:
    """Return a document as JSON."""
    return b"".join(encode_parts(document, document.incidents))


def encode_parts(document: Document, incidents: Iterable[IncidentPart]) -> Iterator[bytes]:
    """Yield a document as JSON, an object a line; its incidents are `incidents`."""
    yield encode_start(document)
    for number, incident in enumerate(incidents):
        yield encode_item(incident, is_first=number == 0)
    yield encode_end(document)


def encode_start(document: Document) -> bytes:
    """Return the JSON of a document up to its incidents."""
    head = {"format": document.format, "version": document.version, "page": document.page}
    components = encode_list("components", document.components)
    return msgspec.json.encode(head)[:-1] + components + b',\n"incidents":['


def encode_end(document: Document) -> bytes:
    """Return the JSON of a document from the end of its incidents on."""
    shown_rows = encode_list("shown", document.shown_rows)
    return b"]" + shown_rows + encode_list("templates", document.templates) + b"}\n"


def encode_list(name: str, items: Sequence[Part]) -> bytes:
    """Return a field of the document with a list of parts."""
    lines = (encode_item(item, is_first=number == 0) for number, item in enumerate(items))
    return b',\n"' + name.encode() + b'":[' + b"".join(lines) + b"]"


def encode_item(item: Part, *, is_first: bool) -> bytes:
    """Return a part on a line of its own."""
    return (b"\n" if is_first else b",\n") + msgspec.json.encode(item)


def decode_document(content: bytes) -> Document:
    """Return the document of a file. Raises DocumentError."""
    try:
        return msgspec.json.decode(content, type=Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DocumentError(to_sentence(error)) from None


def to_sentence(error: Exception) -> str:
    """Return msgspec's complaint as a sentence that begins with the path."""
    complaint, _, path = str(error).partition(" - at `$")
    where = path.rstrip("`").lstrip(".")
    return f"{where}: {complaint}." if where else f"The file is no document of a page: {complaint}."
