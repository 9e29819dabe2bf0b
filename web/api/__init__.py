"""The JSON API, an area a package: schemas, resource, answers, documentation.

Imports `domain`, `web.http` and `web.writes`; never `web.dashboard`.
"""
