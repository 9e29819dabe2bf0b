"""Backup and restore for the operator: what goes wrong is a sentence."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.store.broker import UNREACHABLE as REDIS_UNREACHABLE
from domain.store.postgres import backup as backups
from domain.store.postgres.engine import POSTGRES_ERRORS, first_line
from ops.cli.writes import CommandRefusedError


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds."""

    tables: int
    rows: int
    step: str
    made_at: datetime


def backup(file: Path) -> Copied:
    """Write a backup to `file`, which is new. Raises CommandRefusedError if that can't be done."""
    try:
        return told(backups.backup(file))
    except FileExistsError:
        message = f"{file} is there already: name another, or move it away first."
        raise CommandRefusedError(message) from None
    except OSError as error:
        message = f"{file} can't be written: {error.strerror}."
        raise CommandRefusedError(message) from None
    except POSTGRES_ERRORS as error:
        message = f"Postgres stands in the way ({first_line(error)}): there is no backup."
        raise CommandRefusedError(message) from None


def restore(file: Path) -> Copied:
    """Restore a backup. Raises CommandRefusedError with a sentence that says what was done."""
    from domain.store.postgres import (
        restore as restores,  # Alembic: no other verb waits for its import
    )

    try:
        return told(restores.restore(file))
    except (restores.CannotRestoreError, restores.NotForgottenError) as reason:
        raise CommandRefusedError(str(reason)) from None
    except POSTGRES_ERRORS as error:
        message = (
            f"Postgres stands in the way ({first_line(error)}): nothing was restored, unless it was"
            " lost at the very end; then a second try is refused, for there are accounts."
        )
        raise CommandRefusedError(message) from None
    except REDIS_UNREACHABLE as error:
        message = f"Redis does not answer ({error}): nothing was restored."
        raise CommandRefusedError(message) from None


def told(manifest: backups.Manifest) -> Copied:
    """Return what an operator wants to know of a backup."""
    rows = sum(table.rows for table in manifest.tables)
    return Copied(len(manifest.tables), rows, manifest.step, manifest.made_at)
