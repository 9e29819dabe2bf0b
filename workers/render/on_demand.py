"""What can be rendered on ask: the archive, permalinks, pictures, badges of components, a logo.

An address that names nothing raises AbsentError; which addresses can be asked for at all is known
to web (`web.visitors.cached_page`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from math import ceil

from domain.artifact_sizes import UPDATES_A_PAGE
from domain.badge import with_label
from domain.calendar import day_of, starts_at
from domain.runtime.template_loader import colours
from domain.store.postgres.engine import Connection
from domain.store.postgres.latency import latency_told
from domain.store.postgres.load import first_start, load_month
from domain.store.postgres.logos import load_logo
from workers.render.badge import render_badge_parts
from workers.render.documents import document
from workers.render.eager import Scene, badge_parts, encodings
from workers.render.html import render
from workers.render.incident_view import incident_views
from workers.render.png import svg_to_png
from workers.render.room import Room, fitted

Fields = Mapping[str, bytes]
MONTH_MAX = 200


class AbsentError(Exception):
    """The page has no such thing."""


def render_cold(conn: Connection, scene: Scene, name: str) -> Fields:
    """Return the fields of an artifact. Raises AbsentError, PngUnavailable."""
    if name in WHOLE:
        return WHOLE[name](conn, scene)
    kind, _, rest = name.partition("/")
    if kind not in NAMED:
        raise AbsentError(name)
    return NAMED[kind](conn, scene, rest)


def badge_png(_: Connection, scene: Scene) -> Fields:
    """Return the page's badge as PNG. Raises PngUnavailable."""
    return {"badge.png": svg_to_png(with_label(badge_parts(scene), scene.view.name))}


def og_png(_: Connection, scene: Scene) -> Fields:
    """Return the picture that other sites show beside a link. Raises PngUnavailable."""
    colour = colours()["dark"][scene.view.indicator]
    svg = render("page/og.svg.j2", page=scene.view, colour=colour, dark=colours()["dark"])
    return {"og.png": svg_to_png(svg, scale=1.0)}


def component_badge(_: Connection, scene: Scene, rest: str) -> Fields:
    """Return the badge of one leaf: its name, and what it shows."""
    component_id = rest.removesuffix(".svg")
    for leaf in scene.view.leaves:
        if leaf.id == component_id:
            parts = render_badge_parts(leaf.label, colours()["light"][leaf.status])
            return encodings(f"badge/{rest}", with_label(parts, leaf.name).encode())
    raise AbsentError(rest)


def incident(_: Connection, scene: Scene, rest: str) -> Fields:
    """Return the permalink of an incident (`<id>`) or a further page of it (`<id>/2`)."""
    incident_id, _slash, further = rest.partition("/")
    found = scene.page.incidents.get(incident_id)
    if found is None:
        raise AbsentError(rest)
    number, pages = int(further or 1), max(1, ceil(len(found.updates) / UPDATES_A_PAGE))
    if number > pages:
        raise AbsentError(rest)
    (item,) = incident_views(scene.page, [found])
    first = (number - 1) * UPDATES_A_PAGE
    html = document(
        "page/incident.html.j2",
        scene.view,
        scene.version,
        item=replace(item, updates=item.updates[first : first + UPDATES_A_PAGE]),
        posted_at=found.posted_at,
        number=number,
        pages=pages,
    )
    return encodings(f"incidents/{rest}", html)


def logo(conn: Connection, scene: Scene, rest: str) -> Fields:
    """Return the bytes of the page's logo, as its owner gave them."""
    known = scene.page.logo
    content = load_logo(conn, scene.page.id, known.digest) if known else None
    if known is None or known.name != f"logo/{rest}" or content is None:
        raise AbsentError(rest)
    return {known.name: content}


def this_month(conn: Connection, scene: Scene) -> Fields:
    """Return the archive's newest month."""
    return encodings("history", month_document(conn, scene, scene.view.today.replace(day=1)))


def month(conn: Connection, scene: Scene, rest: str) -> Fields:
    """Return one month of the archive."""
    try:
        first = date.fromisoformat(f"{rest}-01")
    except ValueError:
        raise AbsentError(rest) from None
    return encodings(f"history/{rest}", month_document(conn, scene, first))


def month_document(conn: Connection, scene: Scene, first: date) -> bytes:
    """Return a month of the archive. Raises AbsentError outside of the page's life."""
    page = scene.page
    oldest = min(filter(None, (first_start(conn, page.id), page.created_at)))
    earliest, latest = day_of(oldest, page.time_zone).replace(day=1), scene.view.today
    if not earliest <= first <= latest:
        raise AbsentError(first)
    after = next_month(first)
    window = starts_at(first, page.time_zone), starts_at(after, page.time_zone)
    found = load_month(conn, page.id, *window, MONTH_MAX)
    told = page.look.show_latency and after > latest
    room = Room()
    latency, newest = latency_told(conn, page.id, page.time_zone) if told else (None, None)
    return document(
        "page/history.html.j2",
        scene.view,
        scene.version,
        month=first,
        items=[fitted(item, room) for item in incident_views(page, found)],
        is_cut=len(found) == MONTH_MAX,
        older=first - timedelta(days=1) if first > earliest else None,
        newer=after if after <= latest else None,
        latency=latency,
        newest=newest,
    )


def next_month(first: date) -> date:
    """Return the first day of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


WHOLE: Mapping[str, Callable[[Connection, Scene], Fields]] = {
    "badge.png": badge_png,
    "og.png": og_png,
    "history": this_month,
}
NAMED: Mapping[str, Callable[[Connection, Scene, str], Fields]] = {
    "badge": component_badge,
    "history": month,
    "incidents": incident,
    "logo": logo,
}
