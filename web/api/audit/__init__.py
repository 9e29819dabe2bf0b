"""The API of the audit log.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
