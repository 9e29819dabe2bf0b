"""The API of monitors.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
