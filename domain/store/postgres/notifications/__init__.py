"""Subscribers, the outbox of public events, and deliveries, in tables of their own.

May import: the core, `domain/runtime`, the modules beside this package. Never here: the command
log, an address in a log line.
"""
