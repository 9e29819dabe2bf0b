"""The hands: Celery tasks that drain streams, publish pages, sweep, and keep the clock.

Imports `domain` (core and store), Jinja2 and CairoSVG; never `web` or `ops`.
"""
