"""Checks of a document beyond types and lengths: references, times, texts.

Each problem is a sentence that begins with the path in the file.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from domain.calendar import is_zone
from domain.page.limits import CATEGORY_LEVELS
from domain.page.logo import LogoError, decode_logo
from domain.page.state import ComponentKind
from domain.page.uptime.shown import TOGGLE
from domain.runtime.page_file import document as d
from domain.status import IncidentKind, IncidentState
from domain.text import clean, is_storable

YEARS: Final = (2000, 2100)  # an instant outside is a mistake
DATA_URLS: Final = tuple(f"data:image/{name};base64," for name in ("png", "jpeg", "webp"))

Problems = Iterator[str]


def check_document(document: d.Document) -> None:
    """Check a document. Raises DocumentError."""
    for problem in find_problems(document):
        raise d.DocumentError(problem)


def find_problems(document: d.Document) -> Problems:
    """Yield the problems of a document."""
    yield from value_problems(document)
    yield from settings_problems(document.page)
    for name in ("components", "incidents", "templates"):
        yield from repeated(name, (part.id for part in getattr(document, name)))
    yield from tree_problems(document.components)
    leaves = {part.id for part in document.components if part.kind is ComponentKind.LEAF}
    for number, incident in enumerate(document.incidents):
        yield from incident_problems(f"incidents[{number}]", incident, leaves)
    origins = {TOGGLE, *(incident.id for incident in document.incidents)}
    for number, row in enumerate(document.shown_rows):
        path = f"shown[{number}]"
        yield from leaf_problems(f"{path}.component", [row.component], leaves)
        yield from span_problems(path, row.from_at, row.until_at)
        if row.origin not in origins:
            yield f"{path}.origin: The file has no incident {row.origin}."


def value_problems(value: Any, path: str = "") -> Problems:  # noqa: ANN401 - any part of a document
    """Yield texts that can't be stored or are blank, and instants that are a mistake."""
    if isinstance(value, str) and not is_storable(value):
        yield f"{path}: It contains a character that no text can have (NUL, or half of a pair)."
    elif isinstance(value, str) and value and clean(value) is None:
        yield f"{path}: It is blank."
    elif isinstance(value, datetime) and not YEARS[0] < value.year < YEARS[1]:
        yield f"{path}: It must lie between the years {YEARS[0]} and {YEARS[1]}."
    elif isinstance(value, msgspec.Struct):
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        for name, wire in names:
            inner = f"{path}.{wire}" if path else wire
            yield from value_problems(getattr(value, name), inner)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from value_problems(item, f"{path}[{number}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from value_problems(item, f"{path}.{name}")


def settings_problems(settings: d.PageSettings) -> Problems:
    """Yield an unknown time zone, and a logo that is no picture."""
    if not is_zone(settings.time_zone):
        yield f"page.timeZone: {settings.time_zone} is no IANA time zone such as Europe/Berlin."
    if settings.logo is None:
        return
    if not settings.logo.startswith(DATA_URLS):
        yield "page.logo: It must be a data: URL of a PNG, JPEG or WebP picture in base64."
        return
    try:
        decode_logo(settings.logo.partition(",")[2])
    except LogoError as error:
        yield f"page.logo: {error}"


def repeated(name: str, ids: Iterable[str]) -> Problems:
    """Yield ids that occur twice."""
    earlier_ids: set[str] = set()
    for number, id_ in enumerate(ids):
        if id_ in earlier_ids:
            yield f"{name}[{number}].id: {id_} occurs twice."
        earlier_ids.add(id_)


def tree_problems(components: Iterable[d.ComponentPart]) -> Problems:
    """Yield parents that are no category above their node, and levels beyond the limit."""
    levels: dict[str | None, int] = {None: 0}
    for number, part in enumerate(components):
        path = f"components[{number}].parent"
        if part.parent not in levels:
            yield f"{path}: {part.parent} is no category that stands before this component."
        elif part.kind is ComponentKind.CATEGORY:
            levels[part.id] = levels[part.parent] + 1
            if levels[part.id] > CATEGORY_LEVELS:
                yield f"{path}: Categories have at most {CATEGORY_LEVELS} levels."


def incident_problems(path: str, part: d.IncidentPart, leaves: Container[str]) -> Problems:
    """Yield contradictions within an incident."""
    if part.id == TOGGLE:
        yield f"{path}.id: An incident can't have the id {TOGGLE}."
    yield from state_problems(path, part)
    yield from leaf_problems(f"{path}.components", part.components, leaves)
    for number, entry in enumerate(part.updates):
        inner = f"{path}.updates[{number}]"
        yield from entry_problems(inner, entry, leaves)
        if entry.state is IncidentState.SCHEDULED and part.kind is IncidentKind.INCIDENT:
            yield f"{inner}.state: Only a maintenance can be scheduled."
    starts = set()
    for number, claim in enumerate(part.claims or ()):
        inner = f"{path}.claims[{number}]"
        yield from leaf_problems(f"{inner}.component", [claim.component], leaves)
        yield from span_problems(inner, claim.from_at, claim.until_at)
        if claim.until_at is None and part.state is IncidentState.RESOLVED:
            yield f"{inner}.until: A claim of a resolved incident needs an end."
        if (claim.component, claim.from_at) in starts:
            yield f"{inner}.from: Another claim on this component begins at the same time."
        starts.add((claim.component, claim.from_at))


def state_problems(path: str, part: d.IncidentPart) -> Problems:
    """Yield a state that fits neither the kind nor the times of an incident."""
    is_resolved = part.state is IncidentState.RESOLVED
    if is_resolved != (part.resolved_at is not None):
        yield f"{path}.resolvedAt: A resolved incident has it, and no other one."
    if part.kind is IncidentKind.INCIDENT:
        if part.state is IncidentState.SCHEDULED:
            yield f"{path}.state: Only a maintenance can be scheduled."
        if part.resolved_at and part.resolved_at < part.started_at:
            yield f"{path}.resolvedAt: It is before the start (startedAt)."
    elif part.scheduled_start is None or part.scheduled_end is None:
        yield f"{path}.scheduledStart: A maintenance needs scheduledStart and scheduledEnd."
    else:
        yield from span_problems(
            path, part.scheduled_start, part.scheduled_end, ("scheduledStart", "scheduledEnd")
        )


def entry_problems(path: str, entry: d.UpdatePart, leaves: Container[str]) -> Problems:
    """Yield a message without a time of posting, and unknown leaves."""
    if entry.posted_at is None and (entry.body or entry.edited_at):
        yield f"{path}.postedAt: An entry with a message (body) needs it."
    for number, each in enumerate(entry.components):
        inner = f"{path}.components[{number}].component"
        yield from leaf_problems(inner, [each.component], leaves)


def leaf_problems(path: str, ids: Iterable[str], leaves: Container[str]) -> Problems:
    """Yield ids that are no leaf of the file."""
    yield from (f"{path}: The file has no leaf {id_}." for id_ in ids if id_ not in leaves)


def span_problems(
    path: str,
    from_at: datetime,
    until_at: datetime | None,
    names: tuple[str, str] = ("from", "until"),
) -> Problems:
    """Yield an end that is not after its beginning."""
    if until_at is not None and until_at <= from_at:
        yield f"{path}.{names[1]}: It must be after {names[0]}."
