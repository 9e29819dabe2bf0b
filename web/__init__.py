"""The HTTP tier: validates and appends writes, serves published pages.

Imports `domain` (core and store) and Falcon; never `workers`, `ops`, a template engine, or SQL.
"""
