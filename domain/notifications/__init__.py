"""Notifications: public events, their recipients, and messages.

May import: the standard library, `domain.status`, `domain.text`. Never here: SQL, a mail server, an
address in a log line.
"""
