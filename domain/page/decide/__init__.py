"""Decisions on a page's commands, one module per area. Pure and total.

Imports the core only; never I/O, clock or randomness.
"""
