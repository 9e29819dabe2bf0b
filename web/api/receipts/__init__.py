"""The API of receipts of writes.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
