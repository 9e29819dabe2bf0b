"""Hosts, custom domains, and the schedule of their DNS checks.

Imports the core and SQLAlchemy; never Redis.
"""
