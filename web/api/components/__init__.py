"""The API of the component tree.

Imports `domain`, `web.http` and `web.writes`; never another area's resource.
"""
