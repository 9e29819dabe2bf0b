"""The schema: migrations make exactly the tables that the code knows, however often they run."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from domain.runtime.new_ids import new_id
from domain.store.postgres.accounts import SYSTEM_ACCOUNT
from domain.store.postgres.engine import driver_url, sync_engine
from domain.store.postgres.migrations import migrate
from domain.store.postgres.tables import metadata


@pytest.fixture
def empty_database(store):
    """The URL of a database with nothing in it."""
    name = new_id("db")
    url = make_url(store.urls.database_url)
    admin = create_engine(driver_url(store.urls.database_url), isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as conn:
        conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def rows(database_url, query):
    engine = create_engine(driver_url(database_url))
    with engine.connect() as conn:
        found = conn.execute(text(query)).all()
    engine.dispose()
    return found


def test_tables_are_those_that_migrations_make_when_compared(store):
    with sync_engine().connect() as conn:
        context = MigrationContext.configure(
            conn, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_indexes_are_those_that_migrations_make_when_compared(store):
    # autogenerate does not look at the conditions of partial indexes
    def wanted():
        for table in metadata.tables.values():
            for index in table.indexes:
                where = index.dialect_options["postgresql"]["where"]
                yield table.name, index.name, where is not None

    with sync_engine().connect() as conn:
        inspector = inspect(conn)
        found = {
            (table, index["name"], "postgresql_where" in index.get("dialect_options", {}))
            for table in metadata.tables
            for index in inspector.get_indexes(table)
            if not index.get("duplicates_constraint")
        }
    assert found == set(wanted())


def test_migrating_changes_nothing_when_done_twice(empty_database):
    for _ in range(2):
        migrate(empty_database)
    assert rows(empty_database, "SELECT count(*) FROM alembic_version") == [(1,)]
    assert rows(empty_database, "SELECT id, email FROM accounts") == [(SYSTEM_ACCOUNT, "")]
    streams = rows(empty_database, "SELECT id, head_seq, closed FROM streams")
    assert streams == [(SYSTEM_ACCOUNT, 0, False)]


def test_both_end_well_when_two_migrate_an_empty_database_at_once(empty_database):
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(migrate_in_a_process, empty_database)
        migrate(empty_database)
        assert other.result() == 0
    assert rows(empty_database, "SELECT count(*) FROM alembic_version") == [(1,)]
    assert rows(empty_database, "SELECT id FROM accounts") == [(SYSTEM_ACCOUNT,)]


def migrate_in_a_process(database_url):
    """Alembic keeps its state in globals: two at once are two processes."""
    import subprocess
    import sys

    code = "import sys; from domain.store.postgres.migrations import migrate; migrate(sys.argv[1])"
    return subprocess.run(
        [sys.executable, "-c", code, database_url], check=False, timeout=60
    ).returncode
