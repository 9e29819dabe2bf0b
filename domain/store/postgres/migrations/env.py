"""Alembic's entry: runs the steps on the connection that `migrate` holds."""

from alembic import context

from domain.store.postgres.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
