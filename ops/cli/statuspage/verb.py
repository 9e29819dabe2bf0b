"""The operator's verb `import statuspage`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click
import msgspec

from domain.runtime.page_file.document import DocumentError
from domain.runtime.page_file.from_page import to_settings
from domain.store.page_file import read_page
from domain.store.postgres.engine import one_instant
from ops.cli.moves import import_document
from ops.cli.pages import find_page
from ops.cli.statuspage.content import Content, StatuspageError, decode_content, join_contents
from ops.cli.writes import CommandRefusedError
from ops.operator_error import say

MISSING = (
    "A Statuspage does not give its uptime of former days beyond these incidents, its subscribers,"
    " private notes and templates: none of these were imported."
)


@click.command("statuspage")
@click.argument("source")
@click.option("--page", required=True, help="An id, a host or a subdomain.")
@click.option(
    "--api-key-file", "key_file", type=click.File("r"), help="`-` reads the key from stdin."
)
@click.option("--dry-run", "is_dry", is_flag=True, help="List the changes, and make none.")
@click.option("--manage-url", hidden=True, default=None, help="Another address of the manage API.")
def import_statuspage(
    source: str, page: str, key_file: TextIO | None, manage_url: str | None, *, is_dry: bool
) -> None:
    """Add the content of SOURCE, a Statuspage's address or JSON file, to a page.

    With the key of a user, all incidents are read, else the newest ones.
    """
    from ops.cli.statuspage.convert import Converter

    row = find_page(page)
    converter = Converter(datetime.now(UTC))
    try:
        content = read_source(source, key_file.read().strip() if key_file else None, manage_url)
        with one_instant() as conn:
            settings = to_settings(*read_page(conn, row.id))
        document = converter.convert(content, settings)
        import_document(row.id, page, document, is_dry=is_dry)
    except (StatuspageError, DocumentError) as error:
        raise CommandRefusedError(f"{error} Nothing was imported.") from None
    for line in content.notes:
        say(line)
    for remark, count in converter.remarks.items():
        say(f"{remark[0].upper()}{remark[1:]}: {count}.")
    say(MISSING)


def read_source(source: str, key: str | None, manage_url: str | None) -> Content:
    """Return the content at an address or in a file. Raises StatuspageError."""
    from ops.cli.statuspage.client import MANAGE_URL, StatuspageClient

    if "://" not in source:
        return read_file(Path(source))
    client = StatuspageClient(manage_url or MANAGE_URL)
    public = client.read_public(source, tell_progress)
    if key is None:
        return public
    managed = client.read_managed(public.page.id, key, tell_progress)
    groups = Content(components=public.components)  # the manage API may list leaves only
    return msgspec.structs.replace(join_contents(managed, groups), page=public.page)


def read_file(path: Path) -> Content:
    """Return the content of a JSON document. Raises StatuspageError."""
    try:
        return decode_content(str(path), path.read_bytes())  # type: ignore[no-any-return]  # it decodes a Content
    except OSError as error:
        raise StatuspageError(f"{path}: {error.strerror}.") from None


def tell_progress(line: str) -> None:
    """Print a step to a terminal."""
    if sys.stderr.isatty():
        say(f"Reading {line}", is_progress=True)
