"""A backup: every table as of one instant, in one file, with its schema.

A zip of `manifest.json` and, for each table, the output of `COPY … TO STDOUT`. It needs no program
of Postgres, and restores under any later version: later migrations are applied to its rows.
"""

import errno
import os
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from domain.store.postgres.engine import one_instant
from domain.store.postgres.tables import metadata

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK_BYTES = 1 << 20

_COLUMNS = text("""
SELECT c.table_name, array_agg(c.column_name::text ORDER BY c.ordinal_position)
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
  AND c.table_name <> 'alembic_version' GROUP BY c.table_name
""")
_STEP = text("SELECT version_num FROM alembic_version")


class TableCopy(msgspec.Struct, frozen=True):
    """A table in the file: columns in the copy's order, and row count."""

    name: str
    columns: list[str]
    rows: int


class Manifest(msgspec.Struct, frozen=True):
    """The content of a file: the schema's step, and tables in filling order."""

    format: int
    step: str
    made_at: datetime
    tables: list[TableCopy]


def backup(file: Path) -> Manifest:
    """Write a backup file, readable by its owner only.

    Writers are not blocked. The file appears under its name when it is complete, and a failed
    backup leaves no file. Raises POSTGRES_ERRORS and OSError, of which FileExistsError: an older
    backup is never replaced.
    """
    if file.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
    # A unique name: a concurrent backup to the same file would write into the same part.
    descriptor, part_name = tempfile.mkstemp(".part", f"{file.name}.", file.parent)  # mode 0600
    part = Path(part_name)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
                manifest = write_tables(archive)
                archive.writestr(MANIFEST, msgspec.json.encode(manifest))
            raw.flush()
            os.fsync(raw.fileno())
        file.touch(0o600, exist_ok=False)  # the second of two concurrent backups fails here
        part.replace(file)
    finally:  # a partial file can't be restored, but contains hashes
        part.unlink(missing_ok=True)
    return manifest


def write_tables(archive: zipfile.ZipFile) -> Manifest:
    """Copy every table as of one instant."""
    with one_instant() as conn:
        step = conn.execute(_STEP).scalar_one()
        tables = [copy_out(conn, archive, *row) for row in tables_of(conn)]
    return Manifest(FORMAT, step, datetime.now(UTC), tables)


def tables_of(conn: Connection) -> list[tuple[str, list[str]]]:
    """Return every table with its columns, in the order of foreign keys."""
    columns_by_table: dict[str, list[str]] = {row[0]: row[1] for row in conn.execute(_COLUMNS)}
    ordered = [
        str(table.name) for table in metadata.sorted_tables if table.name in columns_by_table
    ]
    return [
        (name, columns_by_table[name])
        for name in [*ordered, *sorted(set(columns_by_table) - set(ordered))]
    ]


def copy_out(
    conn: Connection, archive: zipfile.ZipFile, name: str, columns: list[str]
) -> TableCopy:
    """Copy one table into the file."""
    rows = 0
    statement = f"COPY {quoted(name)} ({', '.join(map(quoted, columns))}) TO STDOUT"
    with (
        archive.open(member(name), "w", force_zip64=True) as out,
        driver(conn).cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for block in copy:
            out.write(block)
            rows += bytes(block).count(b"\n")
    return TableCopy(name, columns, rows)


def member(table: str) -> str:
    """Return the name of a table's member of the zip."""
    return f"tables/{table}.copy"


def quoted(name: str) -> str:
    """Return an SQL identifier in quotes."""
    return '"' + name.replace('"', '""') + '"'


def driver(conn: Connection) -> Any:  # noqa: ANN401 - psycopg's connection, which SQLAlchemy hides
    """Return psycopg's own connection, for COPY."""
    return conn.connection.driver_connection
