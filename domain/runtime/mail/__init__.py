"""Mails: their form, and the settings of the mail server.

May import: the core, the modules beside this package. Never here: a connection, SQL.
"""
