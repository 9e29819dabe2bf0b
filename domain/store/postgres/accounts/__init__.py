"""Accounts, sessions and devices: what is stored without a command.

Imports the core and SQLAlchemy; never Redis.
"""
