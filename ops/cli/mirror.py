"""The operator's verb `mirror`: a page as files that any web server can show."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from domain.calendar import iso
from domain.page.state import Page
from domain.store.postgres.engine import one_instant
from ops.cli.mirror_files import remove_other_files, write_file, write_files
from ops.cli.moves import show_progress
from ops.cli.pages import find_page
from ops.cli.writes import CommandRefusedError
from ops.operator_error import say

MANIFEST: Final = "mirror.json"


class Manifest(msgspec.Struct, frozen=True, rename="camel"):
    """`mirror.json`: the page of a mirror and the instant that it shows (None before the first)."""

    page_id: str
    name: str
    url: str | None
    version: str
    made_at: str | None = None


@click.command("mirror")
@click.argument("page")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def mirror_page(page: str, folder: Path) -> None:
    """Write the public content of PAGE to FOLDER, for any web server.

    Files that are equal already stay as they are; those that the page has no more are removed.
    """
    from ops.cli.mirror_content import count_names, read_mirrored, render_files  # the renderers

    row = find_page(page)
    made_at = iso(datetime.now(UTC))
    with one_instant() as conn:
        mirrored = read_mirrored(conn, row.id)
        check_shown(mirrored.page, page)
        check_folder(folder, row.id)
        view = mirrored.context.view
        manifest = Manifest(row.id, view.name, view.url, mirrored.context.version)
        if not (folder / MANIFEST).exists():
            write_manifest(folder, manifest)
        files = show_progress(render_files(mirrored), "Writing files", count_names(mirrored))
        paths, written, missing = write_files(folder, files)
    removed = remove_other_files(folder, paths)
    write_manifest(folder, msgspec.structs.replace(manifest, made_at=made_at))
    say(f"{folder}: {len(paths)} files, {written} written, {removed} removed.")
    if missing:
        say(f"Left out, because this machine can't draw them: {', '.join(missing)}.")


def check_shown(page: Page, name: str) -> None:
    """Check that visitors may see a page now. Raises CommandRefusedError."""
    until = page.entitlement.served_until
    if not page.is_open or (until is not None and until <= datetime.now(UTC)):
        message = f"Visitors can't see {name} now, so that nothing of it is mirrored."
        raise CommandRefusedError(message)


def check_folder(folder: Path, page_id: str) -> None:
    """Check that a folder is new, empty or a mirror of the page. Raises CommandRefusedError."""
    path = folder / MANIFEST
    if not path.exists():
        if folder.exists() and any(folder.iterdir()):
            message = f"{folder} has files and no {MANIFEST}: choose an empty folder."
            raise CommandRefusedError(message)
        return
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.MsgspecError:
        raise CommandRefusedError(f"{path} is not the {MANIFEST} of a mirror.") from None
    if manifest.page_id != page_id:
        raise CommandRefusedError(f"{folder} holds the mirror of another page, {manifest.name}.")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `mirror.json`."""
    write_file(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))
