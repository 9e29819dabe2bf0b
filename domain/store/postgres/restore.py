"""Restoring a backup into an empty database, as a whole or not at all.

Publications of lost data may still be in Redis, ahead of the restored data: a new epoch begins, all
publications are deleted, and all restored pages are behind.
"""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection, text

from domain.store.broker import UNREACHABLE
from domain.store.postgres.accounts import SYSTEM_ACCOUNT
from domain.store.postgres.backup import (
    CHUNK_BYTES,
    FORMAT,
    MANIFEST,
    Manifest,
    TableCopy,
    driver,
    member,
    quoted,
    tables_of,
)
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.migrations import LOCK, UnknownStepError, upgrade_to
from domain.store.postgres.notifications import restored
from domain.store.postgres.tables import metadata
from domain.store.redis import publisher as artifacts

_LOCK = text("SELECT pg_advisory_xact_lock(:lock)")
# A concurrent sign-up is included in the count, or waits for the end.
_LOCK_ACCOUNTS = text("LOCK TABLE accounts")
_ACCOUNTS = text("SELECT count(*) FROM accounts WHERE id <> :system")
_ALL_BEHIND = (
    text("""
UPDATE pages SET published_seq = 0, published_day = NULL, published_until = '-infinity',
  published_build = '', published_epoch = '', repair_at = '-infinity', repair_tries = 0
"""),
    text("UPDATE hosts SET published_counter = 0, published_epoch = ''"),
)


class CannotRestoreError(Exception):
    """The file or the database is unsuitable, nothing was changed. A sentence."""


class NotForgottenError(Exception):
    """Data is restored, but Redis may still hold old publications. A sentence."""


def restore(
    file: Path, left_lines: Sequence[str] | None = None, *, resends: bool = False
) -> Manifest:
    """Fill an empty database from a backup and begin a new epoch.

    `left_lines` are the addresses that left since; without them the pages with subscribers send
    them nothing for now. What waited in the backup is sent only with `resends`.

    Raises CannotRestoreError, POSTGRES_ERRORS, and what Redis raises if it can't be reached:
    nothing was changed in Postgres then. NotForgottenError: everything was.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
            return restore_from(archive, manifest, left_lines, resends=resends)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, msgspec.DecodeError):
        message = f"{file} is no backup of Hep Status, or it is damaged."
        raise CannotRestoreError(message) from None
    except OSError as error:
        message = f"{file} can't be read: {error.strerror or error}."
        raise CannotRestoreError(message) from None


def restore_from(
    archive: zipfile.ZipFile,
    manifest: Manifest,
    left_lines: Sequence[str] | None = None,
    *,
    resends: bool = False,
) -> Manifest:
    """Restore in one transaction. Raises as `restore` does."""
    if manifest.format != FORMAT:
        message = "This backup is of a format that this version does not know."
        raise CannotRestoreError(message)
    with sync_engine().begin() as conn:
        conn.execute(text("SET LOCAL statement_timeout = 0"))  # as long as it takes
        conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        fill(conn, archive, manifest)
        settle_notifications(conn, manifest, left_lines, resends=resends)
        # Before the commit: if this fails nothing is restored, and an emptied Redis does no harm.
        artifacts.clear_publications()
    clear_later_publications()
    return manifest


def clear_later_publications() -> None:
    """Delete publications made until the commit. Raises NotForgottenError."""
    try:
        artifacts.clear_publications()
    except UNREACHABLE as error:
        message = (
            f"It is restored, but Redis went away at the very end ({error}): empty it (FLUSHALL)"
            " before visitors come; workers publish everything again."
        )
        raise NotForgottenError(message) from None


def fill(conn: Connection, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Migrate to the backup's step, copy its tables in, migrate to the newest."""
    prepare(conn, manifest)
    for table in reversed(manifest.tables):  # migrations make rows of their own
        conn.execute(text(f"DELETE FROM {quoted(table.name)}"))  # noqa: S608 - of a manifest
    for table in manifest.tables:
        copy_in(conn, archive, table)
    upgrade_to(conn, "head")
    for statement in _ALL_BEHIND:
        conn.execute(statement)


def settle_notifications(
    conn: Connection, manifest: Manifest, left_lines: Sequence[str] | None, *, resends: bool
) -> None:
    """Settle the waiting messages, and the addresses that left."""
    restored.continue_identities(conn)
    if not resends:
        restored.settle_waiting(conn)
    if left_lines is None:
        restored.hold_pages(conn, manifest.made_at)
    else:
        restored.apply_left(conn, left_lines)


def prepare(conn: Connection, manifest: Manifest) -> None:
    """Create the empty tables of the backup's step, replacing existing ones.

    Later steps then apply to the backup's rows. Raises CannotRestoreError.
    """
    conn.execute(_LOCK, {"lock": LOCK})
    table_names = [name for name, _ in tables_of(conn)]
    if table_names:
        check_contents(conn, table_names)
        drop_all(conn, table_names)
    try:
        upgrade_to(conn, manifest.step)
    except UnknownStepError:
        message = (
            f"The backup's schema ({manifest.step}) is newer than this version knows:"
            " install the version that made it, or a later one."
        )
        raise CannotRestoreError(message) from None


def check_contents(conn: Connection, table_names: Sequence[str]) -> None:
    """Raise CannotRestoreError unless only our tables and the system account exist."""
    unknown_names = (
        set(table_names) - set(metadata.tables) if "accounts" in table_names else set(table_names)
    )
    if unknown_names:
        names = ", ".join(sorted(unknown_names))
        message = f"This database has tables that are not ours ({names}): it has to be empty."
        raise CannotRestoreError(message)
    conn.execute(_LOCK_ACCOUNTS)
    if conn.execute(_ACCOUNTS, {"system": SYSTEM_ACCOUNT}).scalar_one():
        message = "This database has accounts. A backup is restored into an empty one only."
        raise CannotRestoreError(message)


def drop_all(conn: Connection, table_names: Sequence[str]) -> None:
    """Drop these tables, the views on them, and Alembic's version table."""
    names = ", ".join(map(quoted, [*table_names, "alembic_version"]))
    conn.execute(text(f"DROP TABLE IF EXISTS {names} CASCADE"))


def copy_in(conn: Connection, archive: zipfile.ZipFile, table: TableCopy) -> None:
    """Copy one table in. Raises CannotRestoreError if rows are missing."""
    columns = ", ".join(map(quoted, table.columns))
    with (
        archive.open(member(table.name)) as source,
        driver(conn).cursor() as cursor,
    ):
        with cursor.copy(f"COPY {quoted(table.name)} ({columns}) FROM STDIN") as copy:
            while block := source.read(CHUNK_BYTES):
                copy.write(block)
        if cursor.rowcount != table.rows:
            message = f"{table.name} has {cursor.rowcount} rows instead of {table.rows}."
            raise CannotRestoreError(message)
