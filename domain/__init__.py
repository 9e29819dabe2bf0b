"""The rules of Hep Status.

Here live what a page is, what may happen to it, and what follows. The core (everything but
`domain.store`) imports the standard library only and knows no I/O, clock, randomness or
environment. It never imports `domain.store`, `web`, `workers` or `ops`.
"""
