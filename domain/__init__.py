"""The rules of Hep Status: pages, accounts, commands and events.

The core (everything but `domain.store`) imports the standard library only and knows no I/O, clock,
randomness or environment. It never imports `domain.store`, `web`, `workers` or `ops`.
"""
