"""The schema's history: numbered steps, one head. Imports Alembic and `domain.store` only.

A step only ever adds; code of the step before must go on running against it (docs/operations.md).
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, text

from domain.store.postgres.accounts import ensure_system_account
from domain.store.postgres.engine import CONNECT, driver_url

HERE = Path(__file__).parent
LOCK = 7_002  # concurrent migrations run one after the other


def config() -> Config:
    """Return Alembic's configuration; there is no file."""
    alembic_config = Config()
    alembic_config.set_main_option("script_location", str(HERE))
    return alembic_config


class UnknownStepError(Exception):
    """There is no step of this number."""


def upgrade_to(conn: Connection, step: str) -> None:
    """Bring a database up to a step (or `head`), in the caller's transaction.

    Raises UnknownStepError.
    """
    alembic_config = config()
    alembic_config.attributes["connection"] = conn
    try:
        command.upgrade(alembic_config, step)
    except CommandError as error:
        raise UnknownStepError(step) from error
    if step == "head":
        ensure_system_account(conn)


def migrate(database_url: str) -> None:
    """Bring a database to the newest schema, starting from any step or none."""
    engine = create_engine(driver_url(database_url), connect_args=CONNECT, hide_parameters=True)
    try:
        with engine.begin() as conn:
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            upgrade_to(conn, "head")
    finally:
        engine.dispose()
