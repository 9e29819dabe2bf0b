"""Writes: append, wait for publication, answer.

Imports `domain` and `web.http`; never an area of `web.api`.
"""
