"""Renderers of formats that other tools read, one module a format.

Imports what rendering imports, never a clock or Redis.
"""
