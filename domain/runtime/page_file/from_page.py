"""A page's contents as the parts of its document."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from domain.page import timeline, tree
from domain.page.settings import Appearance
from domain.page.state import Incident, Page
from domain.runtime.page_file import document as d
from domain.runtime.page_file.own_ids import Ids
from domain.status import Status

Kind = TypeVar("Kind", bound=d.Part)


def to_document(page: Page, logo: bytes | None, ids: Ids) -> d.Document:
    """Return the document of a page without its incidents; `ids` are those of the file."""
    return d.Document(
        page=to_settings(page, logo),
        components=tuple(to_components(page, ids)),
        shown_rows=tuple(to_shown_parts(page, ids)),
        templates=tuple(
            to_part(d.TemplatePart, template, id=ids.templates[template.id])
            for template in sorted(page.templates.values(), key=lambda template: template.id)
        ),
    )


def to_settings(page: Page, logo: bytes | None) -> d.PageSettings:
    """Return the settings of a page, with the bytes of its logo."""
    look = {name: getattr(page.look, name) for name in Appearance.__dataclass_fields__}
    picture = to_data_url(page.logo.type, logo) if page.logo and logo else None
    return to_part(d.PageSettings, page, **look, logo=picture)


def to_data_url(media_type: str, content: bytes) -> str:
    """Return a picture as a `data:` URL."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def to_components(page: Page, ids: Ids) -> Iterator[d.ComponentPart]:
    """Yield the nodes of a page in tree order."""
    for node, _ in tree.walk(tree.children_of(page.components)):
        yield to_part(
            d.ComponentPart,
            node,
            id=ids.components[node.id],
            parent=ids.components[node.parent_id] if node.parent_id else None,
            origin=ids.origin(node.origin),
        )


def to_shown_parts(page: Page, ids: Ids) -> Iterator[d.ShownPart]:
    """Yield the shown rows, leaf by leaf and day by day."""
    for leaf in tree.leaves(page.components):
        for _, rows in sorted(page.shown_rows.get(leaf.id, {}).items()):
            for row in rows:
                yield to_part(
                    d.ShownPart,
                    row,
                    component=ids.components[leaf.id],
                    origin=ids.origin(row.origin),
                )


def to_incident_part(incident: Incident, ids: Ids) -> d.IncidentPart:
    """Return an incident, without the leaves that the page no longer has."""
    leaves = ids.components
    return to_part(
        d.IncidentPart,
        incident,
        id=ids.incidents[incident.id],
        components=tuple(leaves[leaf] for leaf in incident.leaves if leaf in leaves),
        updates=tuple(to_updates(timeline.entries_of(incident), ids)),
        claims=tuple(sorted(to_claims(incident, ids), key=order_of_claim)),
    )


def order_of_claim(claim: d.ClaimPart) -> tuple[datetime, str]:
    """Return the place of a claim among those of its incident.

    The ids of a page are no order: those of one instant are in another one on its copy.
    """
    return claim.from_at, claim.component


def to_claims(incident: Incident, ids: Ids) -> Iterator[d.ClaimPart]:
    """Yield the claims of an incident on leaves that the page still has."""
    for claim in incident.claims:
        if leaf := ids.components.get(claim.component_id):
            yield to_part(d.ClaimPart, claim, component=leaf)


def to_updates(entries: Iterable[Any], ids: Ids) -> Iterator[d.UpdatePart]:
    """Yield the entries of a timeline; one without a message has no time of posting."""
    for entry in entries:
        blank = {name: getattr(entry, name, None) for name in ("posted_at", "edited_at")}
        statuses, body = to_statuses(entry.components, ids), getattr(entry, "body", "")
        yield to_part(d.UpdatePart, entry, components=statuses, body=body, **blank)


def to_statuses(components: Mapping[str, Status], ids: Ids) -> tuple[d.StatusPart, ...]:
    """Return the statuses that an entry names, in the order of the file's ids."""
    files = ((ids.components.get(leaf), status) for leaf, status in components.items())
    pairs = sorted((leaf, status) for leaf, status in files if leaf)
    return tuple(d.StatusPart(component=leaf, status=status) for leaf, status in pairs)


def to_part(kind: type[Kind], thing: Any, /, **computed: Any) -> Kind:  # noqa: ANN401 - any state, any field
    """Return a part with the fields of `thing` of the same names, but for `computed` ones."""
    names = (name for name in kind.__struct_fields__ if name not in computed)
    values = {name: getattr(thing, name) for name in names} | computed
    return kind(**{name: to_utc(value) for name, value in values.items()})


def to_utc(value: Any) -> Any:  # noqa: ANN401 - the value of a field
    """Return an instant in UTC, and any other value as it is."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value
