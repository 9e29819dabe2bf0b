"""All Redis: the publication, announcements, previews, counts.

Imports the core, `domain.runtime` and redis-py; never SQL.
"""
