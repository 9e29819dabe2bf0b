"""All SQL: the command log, aggregates, owners' queries, backups.

Imports the core, `domain.runtime`, SQLAlchemy and psycopg; never Redis or Celery.
"""
