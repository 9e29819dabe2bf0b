"""Formats of other tools: documents that their clients read, one module a format.

Imports what rendering imports, never a clock or Redis.
"""
