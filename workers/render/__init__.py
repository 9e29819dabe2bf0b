"""Rendering: a page in memory and a day become artifacts. A function of both, never of the clock.

Imports the core, Jinja2 and what draws pictures; of the store only what the archive reads. Never
Redis, never a lock.
"""
