"""The API of monitors' keys.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
