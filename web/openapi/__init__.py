"""The API description, generated from the route table and the body and answer types.

Imports `web.openapi.describe`, `web.operations` and msgspec; never a resource, so that a resource
can serve the description.
"""
