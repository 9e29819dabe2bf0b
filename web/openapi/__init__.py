"""The API description, generated from the route table and the body and answer types.

Imports `domain`, `web.http`, msgspec and the libraries of the pages; never a resource of an area,
so that those can attach their descriptions.
"""
