"""The API of accounts, logins and sessions.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
