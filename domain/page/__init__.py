"""A page: its tree, incidents and keys, its commands and events.

`decide` and `apply` are pure and total. Imports the core only; never I/O, clock or randomness.
"""
