"""The tables in SQLAlchemy Core; a test compares them with the migrations.

For the store's modules and the migrations. Imports SQLAlchemy only.
"""

from domain.store.postgres.tables.accounts import (
    accounts,
    devices,
    hosts,
    ledger,
    mount_checks,
    mounts,
    places,
    sessions,
    slots,
)
from domain.store.postgres.tables.log import (
    commands,
    commands_archive,
    idempotency,
    metadata,
    streams,
)
from domain.store.postgres.tables.pages import (
    claims,
    components,
    incidents,
    keys,
    logos,
    pages,
    templates,
    updates,
)

__all__ = [
    "accounts",
    "claims",
    "commands",
    "commands_archive",
    "components",
    "devices",
    "hosts",
    "idempotency",
    "incidents",
    "keys",
    "ledger",
    "logos",
    "metadata",
    "mount_checks",
    "mounts",
    "pages",
    "places",
    "sessions",
    "slots",
    "streams",
    "templates",
    "updates",
]
