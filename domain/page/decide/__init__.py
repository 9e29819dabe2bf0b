"""What follows from a page's commands, an area a module. Pure and total.

Imports the core only; never I/O, clock or randomness.
"""
