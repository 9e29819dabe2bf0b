"""Public GETs on page hosts, answered from ready bytes before Falcon.

Imports `domain` and `web.http`; never `web.api`, Postgres or a template engine.
"""
