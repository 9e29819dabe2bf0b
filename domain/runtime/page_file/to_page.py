"""The parts of a document as a page's contents, with the page's own ids."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from typing import Any, TypeVar

from domain.calendar import day_of
from domain.page import timeline
from domain.page.commands import ChangePage
from domain.page.reading import Entry, read
from domain.page.settings import Appearance
from domain.page.state import (
    BareEntry,
    Claim,
    Component,
    ComponentKind,
    Incident,
    Template,
    Update,
)
from domain.page.uptime.shown import Rows, RowsByLeaf, Shown, add_piece, cut_by_day
from domain.runtime.page_file import document as d
from domain.runtime.page_file.from_page import to_utc
from domain.runtime.page_file.own_ids import Ids, make_ids
from domain.status import Status
from domain.text import clean, clean_line

State = TypeVar("State")

# Texts as an owner's requests are trimmed; a blank one is refused before.
TRIMMERS = {"name": clean_line, "title": clean_line, "description": clean, "body": clean}


def to_settings_change(settings: d.PageSettings) -> ChangePage:
    """Return the command of these settings; the page stays as public as it is."""
    return ChangePage(
        name=clean_line(settings.name),
        description=clean(settings.description) or "",
        time_zone=settings.time_zone,
        look=to_state(Appearance, settings),
        logo=(settings.logo or "").partition(",")[2],
    )


def to_component(part: d.ComponentPart, ids: Ids) -> Component:
    """Return a node; a leaf without a status is operational."""
    is_leaf = part.kind is ComponentKind.LEAF
    return to_state(
        Component,
        part,
        id=ids.components[part.id],
        parent_id=ids.components[part.parent] if part.parent else None,
        status=part.status or (Status.OPERATIONAL if is_leaf else None),
        origin=ids.origin(part.origin),
        external_id=part.id,
    )


def to_template(part: d.TemplatePart, ids: Ids) -> Template:
    """Return a template."""
    return to_state(Template, part, id=ids.templates[part.id], external_id=part.id)


def to_incident(part: d.IncidentPart, page_id: str, ids: Ids) -> Incident:
    """Return an incident with its timeline; claims that the file leaves out follow from it."""
    incident = to_state(
        Incident,
        part,
        id=ids.incidents[part.id],
        leaves=tuple(ids.components[leaf] for leaf in part.components),
        updates=(),
        claims=(),
        external_id=part.id,
    )
    incident = timeline.with_entries(incident, to_entries(part, page_id, ids))
    if part.claims is None:
        return replace(incident, claims=read(timeline.entries_of(incident), incident.leaves).claims)
    claims = (
        to_state(Claim, claim, component_id=ids.components[claim.component])
        for claim in part.claims
    )
    return replace(
        incident, claims=tuple(sorted(claims, key=lambda c: (c.from_at, c.component_id)))
    )


def to_entries(part: d.IncidentPart, page_id: str, ids: Ids) -> Iterator[Entry]:
    """Yield the entries of a timeline."""
    posted = [(f"{part.id}/{n}", u.posted_at) for n, u in enumerate(part.updates)]
    update_ids = make_ids(page_id, "u", ((key, at) for key, at in posted if at))
    for (key, _), entry in zip(posted, part.updates, strict=True):
        statuses = {ids.components[each.component]: each.status for each in entry.components}
        if key in update_ids:
            yield to_state(Update, entry, id=update_ids[key], components=statuses)
        else:
            yield to_state(BareEntry, entry, components=statuses)


def to_shown_rows(document: d.Document, ids: Ids) -> RowsByLeaf:
    """Return the shown rows by leaf, and by day in the zone of the file."""
    by_leaf: dict[str, dict[date, Rows]] = {}
    zone = document.page.time_zone
    for part in document.shown_rows:
        origin = ids.origin(part.origin) or ""
        row = Shown(part.status, origin, to_utc(part.from_at), to_utc(part.until_at), part.length)
        days = by_leaf.setdefault(ids.components[part.component], {})
        for piece in [row] if row.length is not None else cut_by_day(row, zone):
            day = day_of(piece.from_at, zone)
            days[day] = add_piece(days.get(day, ()), piece)
    return by_leaf


def to_state(kind: type[State], part: d.Part, /, **computed: Any) -> State:  # noqa: ANN401 - any field
    """Return a state with the fields of a part of the same names, and `computed` ones."""
    names = {field.name for field in fields(kind) if field.init}  # type: ignore[arg-type] # a dataclass
    values = {name: getattr(part, name) for name in names & {*part.__struct_fields__}}
    for name in values.keys() & TRIMMERS.keys():
        values[name] = TRIMMERS[name](values[name]) or values[name]
    return kind(**{name: to_utc(value) for name, value in (values | computed).items()})
