"""The API of pages and their settings.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
