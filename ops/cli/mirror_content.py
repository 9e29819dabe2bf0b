"""The files of a mirror: all artifacts of a page, rendered now."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

from domain.artifacts import ARTIFACTS, EAGER, HTML, find_artifact
from domain.calendar import day_of
from domain.page.state import Page
from domain.store.postgres.engine import Connection
from domain.store.postgres.incidents import incident_ids
from domain.store.postgres.load import first_start, load_page
from ops.cli.mirror_files import MirroredFile
from workers.render import eager
from workers.render.eager import RenderContext, build_render_context
from workers.render.formats.statuspage import DOCUMENTS
from workers.render.on_demand import AbsentError, render_artifact
from workers.render.png import PngUnavailable

INCIDENTS_AT_ONCE: Final = 50  # that are loaded together
BADGE_ENDINGS: Final = (".svg", ".json", "/uptime.svg", "/uptime.json")


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A page at an instant, as visitors see it, with the number of its incidents."""

    conn: Connection
    context: RenderContext
    incident_ids: tuple[str, ...]

    @property
    def page(self) -> Page:
        """The page without incidents that are too old to be loaded."""
        return self.context.page


def read_mirrored(conn: Connection, page_id: str) -> Mirrored:
    """Return a page that is about to be mirrored."""
    page, _seq = load_page(conn, page_id, parts=())
    today = day_of(datetime.now(UTC), page.time_zone)
    ids = tuple(incident_ids(conn, page_id))
    return Mirrored(conn, build_render_context(page, today), ids)


def count_names(mirrored: Mirrored) -> int:
    """Return how many artifacts there are, without further pages of incidents."""
    return len(EAGER) + len(list(list_names(mirrored))) + len(mirrored.incident_ids)


def render_files(mirrored: Mirrored) -> Iterator[MirroredFile]:
    """Yield each file of a page; the page itself comes last."""
    for name in list_names(mirrored):
        yield from render_file(mirrored, mirrored.context, name)
    yield from render_incidents(mirrored)
    for artifact in reversed(EAGER):
        content = eager.RENDERERS[artifact.name](mirrored.context)[artifact.name]
        yield MirroredFile(path_of(artifact.name), content)


def list_names(mirrored: Mirrored) -> Iterator[str]:
    """Yield the names of on-demand artifacts, those of incidents excepted."""
    for family in dict.fromkeys(a.name for a in ARTIFACTS if a.pattern):
        yield from MEMBERS[family](mirrored)
    single = (a for a in ARTIFACTS if not a.pattern and not a.is_eager)
    yield from (a.name for a in single if a.has_address)


def render_incidents(mirrored: Mirrored) -> Iterator[MirroredFile]:
    """Yield the permalinks of all incidents, each with its further pages."""
    ids, page = mirrored.incident_ids, mirrored.page
    for first in range(0, len(ids), INCIDENTS_AT_ONCE):
        some = ids[first : first + INCIDENTS_AT_ONCE]
        loaded, _seq = load_page(mirrored.conn, page.id, some, parts=())
        context = build_render_context(loaded, mirrored.context.view.today)
        for incident_id in some:
            yield from render_permalinks(mirrored, context, incident_id)


def render_permalinks(
    mirrored: Mirrored, context: RenderContext, incident_id: str
) -> Iterator[MirroredFile]:
    """Yield the pages of one incident."""
    for number in count(1):
        name = f"incidents/{incident_id}" + (f"/{number}" if number > 1 else "")
        files = list(render_file(mirrored, context, name)) if find_artifact(name) else []
        if not files:
            return
        yield from files


def render_file(mirrored: Mirrored, context: RenderContext, name: str) -> Iterator[MirroredFile]:
    """Yield the file of an on-demand artifact, if the page has it."""
    try:
        yield MirroredFile(path_of(name), render_artifact(mirrored.conn, context, name)[name])
    except PngUnavailable:
        yield MirroredFile(path_of(name), None)
    except AbsentError:
        return


def path_of(name: str) -> str:
    """Return the path of an artifact's file: a document without a suffix gets a folder."""
    artifact = find_artifact(name)
    is_folder = artifact is not None and artifact.content_type == HTML and name != "index.html"
    return f"{name}/index.html" if is_folder else name


def list_badges(mirrored: Mirrored) -> Iterator[str]:
    """Yield the names of the badges of all components."""
    for component_id in mirrored.page.components:
        yield from (f"badge/{component_id}{ending}" for ending in BADGE_ENDINGS)


def list_v2(_: Mirrored) -> Iterator[str]:
    """Yield the names of the documents in Statuspage v2 JSON."""
    yield from (f"api/v2/{document}.json" for document in DOCUMENTS)


def list_months(mirrored: Mirrored) -> Iterator[str]:
    """Yield the months of the archive."""
    page, month = mirrored.page, mirrored.context.view.today.replace(day=1)
    oldest = min(filter(None, (first_start(mirrored.conn, page.id), page.created_at)))
    while month >= day_of(oldest, page.time_zone).replace(day=1):
        yield f"history/{month:%Y-%m}"
        month = (month - timedelta(days=1)).replace(day=1)


def list_logo(mirrored: Mirrored) -> Iterator[str]:
    """Yield the name of the logo, if there is one."""
    if mirrored.page.logo:
        yield mirrored.page.logo.name


# The members of each family of the registry; those of incidents are rendered in slices.
MEMBERS: Final[Mapping[str, Callable[[Mirrored], Iterator[str]]]] = {
    "api/v2/*": list_v2,
    "badge/*": list_badges,
    "history/*": list_months,
    "incidents/*": lambda _mirrored: iter(()),
    "logo/*": list_logo,
}
