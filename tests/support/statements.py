"""Statements of SQL that a test runs by itself, each in a transaction of its own."""

from typing import Any

from sqlalchemy import Row, text

from domain.store.postgres.engine import sync_engine


def sql(statement: str, **values: Any) -> list[Row[Any]]:
    """Run a statement; return its rows, none if it returns none."""
    with sync_engine().begin() as conn:
        found = conn.execute(text(statement), values)
        return list(found) if found.returns_rows else []
