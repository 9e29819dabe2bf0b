"""Accounts: the tier, the page slots, and rules across pages.

`decide`, `apply` and `allocate` are pure and total. Imports the core only.
"""
