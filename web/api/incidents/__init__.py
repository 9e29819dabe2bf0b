"""The API of incidents and maintenances.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
