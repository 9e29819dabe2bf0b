"""How a write is appended, waited for and answered.

Imports `domain` and `web.http`; never an area of `web.api`.
"""
