"""A page: its tree, incidents and keys, the commands it takes and the events that follow.

`decide` and `apply` are pure and total. Imports the core only; never I/O, clock or randomness.
"""
