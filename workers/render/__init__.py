"""Rendering: from a page in memory and a day to artifacts, without the clock.

Imports the core, Jinja2 and the libraries for pictures; of the store only the reads of the archive.
Never Redis, never a lock.
"""
