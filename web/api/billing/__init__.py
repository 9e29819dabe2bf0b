"""The API of tokens and slots.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
