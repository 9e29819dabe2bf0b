"""Alembic's entry point: runs the steps on the connection of `migrate`."""

from alembic import context

from domain.store.postgres.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
