"""On-demand artifacts: archive, permalinks, pictures, component badges, logo, formats.

An address without content raises AbsentError. Which addresses there are says the registry
(domain/artifacts.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from math import ceil
from struct import Struct

from domain.artifacts import THEMES, find_artifact, themed_name
from domain.calendar import day_of, starts_at
from domain.runtime.template_loader import colours, shapes, wording
from domain.store.postgres.engine import Connection
from domain.store.postgres.latency import latency_summary
from domain.store.postgres.load import first_start, load_month
from domain.store.postgres.logos import load_logo
from workers.render.documents import favicon_svg, render_document
from workers.render.eager import Fields, RenderContext, encode
from workers.render.formats import badges
from workers.render.formats.calendar import render_calendar
from workers.render.formats.embed import render_embed
from workers.render.formats.feeds import render_atom, render_json_feed, render_rss
from workers.render.formats.llms import render_llms
from workers.render.formats.statuspage import render_v2
from workers.render.html import render
from workers.render.incident_view import history_views
from workers.render.png import drawable_text, svg_to_png
from workers.render.room import DocumentBudget, fit_incident
from workers.render.tree_view import find_node

MONTH_MAX = 200
FAVICON_PIXELS = 32
ICO_HEAD = Struct("<3H4B2H2I")  # reserved, kind, count; then the picture's size, depth and place
UPDATES_A_PAGE = 100  # of a permalink; `/incidents/<id>/2` has the next ones


Renderer = Callable[[Connection, RenderContext, str], bytes]


class AbsentError(Exception):
    """The page has no such artifact."""


def render_artifact(conn: Connection, context: RenderContext, name: str) -> Fields:
    """Return the fields of an artifact. Raises AbsentError, PngUnavailable."""
    artifact = find_artifact(name)
    if artifact is None or artifact.is_eager:
        raise AbsentError(name)
    content = RENDERERS[artifact.name](conn, context, name.partition("/")[2])
    return encode(artifact, name, content)


def render_badge_png(_: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return the page's badge as PNG. Raises PngUnavailable."""
    legible = build_legible_context(context)
    return svg_to_png(badges.encode_svg(badges.page_badge(legible.view)).decode())


def render_badge_json(_: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return the page's badge for shields.io."""
    return badges.encode_json(badges.page_badge(context.view))


def render_og_png(_: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return the picture for link previews on other sites. Raises PngUnavailable."""
    view = build_legible_context(context).view
    palette, shape = colours()["dark"], shapes()["favicons"][view.tone]
    svg = render("page/og.svg.j2", page=view, colour=palette[view.tone], dark=palette, shape=shape)
    return svg_to_png(svg, scale=1.0)


def build_legible_context(context: RenderContext) -> RenderContext:
    """Return the context with the words of name and headline that a picture can show.

    A headline without any is replaced by the default. Raises PngUnavailable.
    """
    view = context.view
    headline = drawable_text(view.headline) or wording()["headlines"][view.indicator]
    return replace(context, view=replace(view, name=drawable_text(view.name), headline=headline))


def render_favicon_svg(_: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return the favicon, for clients that have not read the page."""
    return favicon_svg(context.view.tone).encode()


def render_favicon_ico(_: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return the favicon as an ICO file with one PNG. Raises PngUnavailable."""
    png = svg_to_png(favicon_svg(context.view.tone), scale=FAVICON_PIXELS / 16)
    sizes = FAVICON_PIXELS, FAVICON_PIXELS, 0, 0, 1, 32, len(png), ICO_HEAD.size
    return ICO_HEAD.pack(0, 1, 1, *sizes) + png


def render_robots(_: Connection, _context: RenderContext, _rest: str) -> bytes:
    """Return robots.txt: robots may read everything."""
    return b"User-agent: *\nDisallow:\n"


def render_component_badge(_: Connection, context: RenderContext, rest: str) -> bytes:
    """Return the badge of a component (`<id>.svg`) or of its uptime (`<id>/uptime.json`)."""
    address, _dot, form = rest.partition(".")
    component_id, _slash, subject = address.partition("/")
    node = find_node(context.view.nodes, component_id)
    if node is None:
        raise AbsentError(rest)
    content = badges.uptime_badge(node) if subject else badges.component_badge(node)
    return badges.ENCODERS[form](content)


def render_incident(_: Connection, context: RenderContext, rest: str) -> bytes:
    """Return an incident's permalink (`<id>`) or a further page of it (`<id>/2`)."""
    incident_id, _slash, further = rest.partition("/")
    record = context.page.incidents.get(incident_id)
    if record is None:
        raise AbsentError(rest)
    number, pages = int(further or 1), max(1, ceil(len(record.updates) / UPDATES_A_PAGE))
    if number > pages:
        raise AbsentError(rest)
    (item,) = history_views(context.page, [record])
    first = (number - 1) * UPDATES_A_PAGE
    return render_document(
        "page/incident.html.j2",
        context.view,
        context.version,
        item=replace(item, updates=item.updates[first : first + UPDATES_A_PAGE]),
        posted_at=record.posted_at,
        number=number,
        pages=pages,
    )


def render_logo(conn: Connection, context: RenderContext, rest: str) -> bytes:
    """Return the bytes of the page's logo, as its owner uploaded them."""
    logo = context.page.logo
    content = load_logo(conn, context.page.id, logo.digest) if logo else None
    if logo is None or logo.name != f"logo/{rest}" or content is None:
        raise AbsentError(rest)
    return content


def render_month(conn: Connection, context: RenderContext, rest: str) -> bytes:
    """Return one month of the archive, the newest if none is named.

    Raises AbsentError outside of the page's lifetime.
    """
    page, first = context.page, first_of(context, rest)
    oldest = min(filter(None, (first_start(conn, page.id), page.created_at)))
    earliest, latest = day_of(oldest, page.time_zone).replace(day=1), context.view.today
    if not earliest <= first <= latest:
        raise AbsentError(first)
    after = next_month(first)
    window = starts_at(first, page.time_zone), starts_at(after, page.time_zone)
    incidents = load_month(conn, page.id, *window, MONTH_MAX + 1)
    items = history_views(page, incidents[:MONTH_MAX])
    has_latency = page.look.show_latency and after > latest
    budget = DocumentBudget()
    latency, newest = (
        latency_summary(conn, page.id, page.time_zone) if has_latency else (None, None)
    )
    return render_document(
        "page/history.html.j2",
        context.view,
        context.version,
        month=first,
        items=[fit_incident(item, budget) for item in items],
        is_cut=len(incidents) > MONTH_MAX,
        older=first - timedelta(days=1) if first > earliest else None,
        newer=after if after <= latest else None,
        latency=latency,
        newest=newest,
    )


def first_of(context: RenderContext, month: str) -> date:
    """Return the first day of a month, of the present one if it is empty."""
    try:
        return date.fromisoformat(f"{month}-01") if month else context.view.today.replace(day=1)
    except ValueError:  # the year 0
        raise AbsentError(month) from None


def next_month(first: date) -> date:
    """Return the first day of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def render_embed_of(theme: str) -> Renderer:
    """Return the renderer of the embed in a theme."""
    return lambda _conn, context, _rest: render_embed(context.view, context.version, theme)


# The renderers of on-demand artifacts by name in the registry (domain/artifacts.py). A member of a
# family gets the part of its name after the slash.
RENDERERS: Mapping[str, Renderer] = {
    "badge.png": render_badge_png,
    "badge.json": render_badge_json,
    "og.png": render_og_png,
    "favicon.svg": render_favicon_svg,
    "favicon.ico": render_favicon_ico,
    "robots.txt": render_robots,
    "history.atom": render_atom,
    "history.rss": render_rss,
    "feed.json": render_json_feed,
    "calendar.ics": render_calendar,
    "llms.txt": render_llms,
    "badge/*": render_component_badge,
    "embed": render_embed_of(""),
    **{themed_name(theme): render_embed_of(theme) for theme in THEMES},
    "history": render_month,
    "history/*": render_month,
    "incidents/*": render_incident,
    "logo/*": render_logo,
    "api/v2/*": render_v2,
}
