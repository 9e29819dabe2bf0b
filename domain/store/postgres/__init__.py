"""All SQL: the command log, aggregates, what owners read, backups.

Imports the core, `domain.runtime`, SQLAlchemy and psycopg; never Redis or Celery.
"""
