"""The API of templates.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
