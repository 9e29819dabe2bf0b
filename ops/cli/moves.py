"""The operator's verbs by which a page moves out and in: `export` and `import`."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import click

from domain.calendar import day_of
from domain.page.apply import apply_all
from domain.page.commands import ImportContent
from domain.page.decide.table import decide
from domain.page.settings import LINK_LABEL_LIMIT, LINK_URL_LIMIT, Link
from domain.page.state import Page
from domain.results import Rejection
from domain.runtime.page_file.check import check_document
from domain.runtime.page_file.document import (
    Document,
    DocumentError,
    decode_document,
    encode_parts,
)
from domain.runtime.page_file.plan import Plan, plan_import
from domain.store.page_file import read_document, read_incidents, read_known_ids, read_page
from domain.store.postgres.engine import one_instant
from domain.text import clean_line, utf8_size
from ops.cli.pages import find_page
from ops.cli.writes import CommandRefusedError, write
from ops.operator_error import say

WITHIN_S: Final = 60.0  # a command of an import holds up to hundreds of incidents
PARTS: Final = ("components", "incidents", "templates")

Item = TypeVar("Item")


class VerbOrFile(click.Group):
    """A group in which the argument of the verb `file` may stand in its place."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the verb `file` if none is named."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["file", *args]
        return super().parse_args(ctx, args)


@click.command("export")
@click.argument("page")
@click.option(
    "-o",
    "--output",
    "file",
    type=click.File("wb", lazy=False, atomic=True),
    default="-",
    help="A file; otherwise it is printed.",
)
def export_page(page: str, file: BinaryIO) -> None:
    """Write PAGE (an id, a host or a subdomain) as JSON, with all its incidents."""
    row = find_page(page)
    with one_instant() as conn:
        document, ids = read_document(conn, row.id)
        incidents = read_incidents(conn, row.id, ids)
        incident_parts = show_progress(incidents, "Reading incidents", len(ids.incidents))
        file.writelines(encode_parts(document, incident_parts))


@click.group("import", cls=VerbOrFile)
def import_page() -> None:
    """Import into a page: `hepstatus import FILE --page PAGE [--dry-run]`.

    FILE is an export. PAGE (an id, a host or a subdomain) gets the content that it does not have.
    With --dry-run the changes are listed, and none is made.
    """


@import_page.command("file", hidden=True)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--page", required=True, help="An id, a host or a subdomain.")
@click.option("--dry-run", "is_dry", is_flag=True, help="List the changes, and make none.")
def import_file(file: Path, page: str, *, is_dry: bool) -> None:
    """Add to a page the content of FILE, an export, that it does not have."""
    row = find_page(page)
    try:
        document = decode_document(file.read_bytes())
        import_document(row.id, page, document, is_dry=is_dry)
    except DocumentError as error:
        message = f"{file}: {error} Nothing was imported."
        raise CommandRefusedError(message) from None


def import_document(page_id: str, name: str, document: Document, *, is_dry: bool) -> None:
    """Check and import a document, and tell the changes of the page called `name`.

    Raises DocumentError and CommandRefusedError before anything is written, and as `write` does.
    """
    check_document(document)
    check_links(document.page.links)
    now = datetime.now(UTC)
    with one_instant() as conn:
        page, logo = read_page(conn, page_id)
        known_ids = read_known_ids(conn, page)
    today = day_of(now, page.time_zone)
    plan = plan_import(page, logo, document, known_ids, today)
    rehearse(page, plan.commands, now)
    if is_dry:
        list_changes(plan)
    else:
        for command in show_progress(plan.commands, "Importing", len(plan.commands)):
            write(page_id, command, WITHIN_S)
    existing = {part: len(getattr(document, part)) - count_in(plan, part) for part in PARTS}
    for line in to_summary(plan, existing, name, is_dry=is_dry):
        say(line)


def rehearse(page: Page, commands: Iterable[ImportContent], at: datetime) -> None:
    """Decide all commands in memory. Raises DocumentError for the first that is refused."""
    for command in commands:
        decision = decide(page, command, at)
        if isinstance(decision, Rejection):
            paths = [field for field in decision.fields if field in PARTS]
            raise DocumentError(": ".join([*paths, decision.error]))
        page = apply_all(page, decision)


def check_links(links: Sequence[Link]) -> None:
    """Check the links of a page. Raises DocumentError."""
    from web.api.pages.links import url_problem  # imports Falcon, which other verbs do not need

    for number, link in enumerate(links):
        path = f"page.links[{number}]"
        if clean_line(link.label) != link.label or len(link.label) > LINK_LABEL_LIMIT:
            raise DocumentError(f"{path}.label: It has 1 to {LINK_LABEL_LIMIT} characters.")
        if utf8_size(link.url) > LINK_URL_LIMIT:
            raise DocumentError(f"{path}.url: It has at most {LINK_URL_LIMIT} characters.")
        if problem := url_problem(link.url):
            raise DocumentError(f"{path}.url: {problem.replace(' ({field})', '')}")


def list_changes(plan: Plan) -> None:
    """Print the objects that an import adds, one a line."""
    if plan.sets_settings:
        say("settings")
    for command in plan.commands:
        for node in command.components:
            say(f"{node.kind}  {node.name}")
        for incident in command.incidents:
            say(f"{incident.kind}  {incident.started_at:%Y-%m-%d %H:%M}  {incident.title}")
        for template in command.templates:
            say(f"template  {template.title}")


def to_summary(
    plan: Plan, existing: Mapping[str, int], name: str, *, is_dry: bool
) -> Iterator[str]:
    """Yield the sentences about an import."""
    days = sum(len(days) for c in plan.commands for days in c.shown_rows.values())
    added = list_counts({part: count_in(plan, part) for part in PARTS} | {"daily records": days})
    verb = "would get" if is_dry else "got"
    yield f"{name} {verb} {added}." if added else f"{name} has all of it already."
    if plan.sets_settings:
        yield f"{'It would get' if is_dry else 'It got'} the settings of the file."
    if existing_counts := list_counts(existing):
        yield f"Left as they are, because {name} has them already: {existing_counts}."
    if plan.keeps_settings:
        yield f"{name} keeps its own settings, because it has content."
    if plan.has_other_zone:
        yield "Left out: shown statuses, because the time zones differ."


def list_counts(counts: Mapping[str, int]) -> str:
    """Return counts of things, those that are not zero."""
    things = ((count, thing) for thing, count in counts.items() if count)
    return ", ".join(
        f"{count} {thing.rstrip('s') if count == 1 else thing}" for count, thing in things
    )


def count_in(plan: Plan, part: str) -> int:
    """Return how many components, incidents or templates an import adds."""
    return sum(len(getattr(command, part)) for command in plan.commands)


def show_progress(items: Iterable[Item], words: str, count: int) -> Iterable[Item]:
    """Return items that move a bar on a terminal while they are taken."""
    if not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, words, count, console=Console(stderr=True), transient=True)
