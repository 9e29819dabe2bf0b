"""The worker tier: Celery tasks for streams, publication, sweep and clock.

Imports `domain` (core and store), Jinja2 and CairoSVG; never `web` or `ops`.
"""
