"""The door for HTTP: validates writes and appends them, serves what workers published.

Imports `domain` (core and store) and Falcon; never `workers`, `ops`, a template engine, or SQL.
"""
