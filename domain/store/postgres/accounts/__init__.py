"""Accounts, sessions and devices: data that is stored without commands.

Imports the core and SQLAlchemy; never Redis.
"""
