"""Backup and restore for the operator, with errors as sentences."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.store.broker import UNREACHABLE as REDIS_UNREACHABLE
from domain.store.postgres import backup as backups
from domain.store.postgres.engine import POSTGRES_ERRORS, first_line, sync_engine
from domain.store.postgres.notifications.restored import held_since
from ops.cli.writes import CommandRefusedError
from ops.operator_error import say

LEFT_LINE = re.compile(r"p_\w+ [0-9a-f]{64}")  # a page and a hash


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """A summary of a backup: table and row counts, schema step, time."""

    tables: int
    rows: int
    step: str
    made_at: datetime


def backup(file: Path) -> BackupSummary:
    """Write a backup to the new `file`. Raises CommandRefusedError."""
    try:
        return summarize(backups.backup(file))
    except FileExistsError:
        message = f"{file} is there already: name another, or move it away first."
        raise CommandRefusedError(message) from None
    except OSError as error:
        message = f"{file} can't be written: {error.strerror}."
        raise CommandRefusedError(message) from None
    except POSTGRES_ERRORS as error:
        message = f"Postgres stands in the way ({first_line(error)}): there is no backup."
        raise CommandRefusedError(message) from None


def restore(file: Path, left_file: Path | None = None, *, resends: bool = False) -> BackupSummary:
    """Restore a backup. Raises CommandRefusedError with the state of the data."""
    from domain.store.postgres import (
        restore as restores,  # imports Alembic, which other verbs do not need
    )

    try:
        lines = read_left(left_file) if left_file else None
        return summarize(restores.restore(file, lines, resends=resends))
    except (restores.CannotRestoreError, restores.NotForgottenError) as error:
        raise CommandRefusedError(str(error)) from None
    except POSTGRES_ERRORS as error:
        message = (
            f"Postgres stands in the way ({first_line(error)}): nothing was restored, unless it was"
            " lost at the very end; then a second try is refused, for there are accounts."
        )
        raise CommandRefusedError(message) from None
    except REDIS_UNREACHABLE as error:
        message = f"Redis does not answer ({error}): nothing was restored."
        raise CommandRefusedError(message) from None


def summarize(manifest: backups.Manifest) -> BackupSummary:
    """Return the operator's summary of a backup."""
    rows = sum(table.rows for table in manifest.tables)
    return BackupSummary(len(manifest.tables), rows, manifest.step, manifest.made_at)


def read_left(file: Path) -> list[str]:
    """Return the lines of `mail left`. Raises CommandRefusedError for any other text."""
    try:
        lines = [line for line in file.read_text("ascii").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        lines = [""]
    if not all(LEFT_LINE.fullmatch(line) for line in lines):
        message = f"{file} is not what `hepstatus mail left` writes: nothing was restored."
        raise CommandRefusedError(message)
    return lines


def say_held() -> None:
    """Say that messages are held, if they are."""
    with sync_engine().connect() as conn:
        count, since = held_since(conn)
    if count and since:
        say(
            f"Who left since {since:%F %H:%M} UTC is unknown: subscribers of {count} pages get no"
            " messages until `hepstatus mail accept-unknown-left`."
        )
