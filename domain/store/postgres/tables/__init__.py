"""The tables in SQLAlchemy Core; a test compares them with the migrations.

For the store's modules and the migrations. Imports SQLAlchemy only.
"""

from domain.store.postgres.tables.accounts import *  # noqa: F403 - every table is for callers
from domain.store.postgres.tables.log import *  # noqa: F403 - the same
from domain.store.postgres.tables.notifications import *  # noqa: F403 - the same
from domain.store.postgres.tables.pages import *  # noqa: F403 - the same
