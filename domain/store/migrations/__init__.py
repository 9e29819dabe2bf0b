"""The schema's history: numbered steps, one head. Imports Alembic and `domain.store` only.

A step only ever adds; code of the step before must go on running against it (docs/operations.md).
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from domain.store.accounts import ensure_system_account
from domain.store.engine import CONNECT, driver_url

HERE = Path(__file__).parent
LOCK = 7_002  # two that migrate at once go one after the other


def config() -> Config:
    """Return Alembic's configuration; there is no file."""
    made = Config()
    made.set_main_option("script_location", str(HERE))
    return made


def migrate(database_url: str) -> None:
    """Bring a database to the newest schema, from nothing if need be."""
    engine = create_engine(driver_url(database_url), connect_args=CONNECT, hide_parameters=True)
    try:
        with engine.begin() as conn:
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            made = config()
            made.attributes["connection"] = conn
            command.upgrade(made, "head")
            ensure_system_account(conn)
    finally:
        engine.dispose()
