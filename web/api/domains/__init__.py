"""The API of a page's hosts.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
