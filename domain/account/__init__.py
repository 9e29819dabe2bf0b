"""An account: its tier and the places of its pages; what crosses pages is decided here.

`decide`, `apply` and `deal` are pure and total. Imports the core only.
"""
