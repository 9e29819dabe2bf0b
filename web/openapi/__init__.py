"""The one description of the API, made of the route table and the types that decode and encode.

Imports `web.openapi.describe`, `web.operations` and msgspec; never a resource, so that a resource
can serve what is made here.
"""
