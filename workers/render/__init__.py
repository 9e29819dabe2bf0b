"""Rendering: a page in memory and a day become artifacts. A function of both, never of the clock.

Imports the core and Jinja2; knows neither Postgres nor Redis.
"""
