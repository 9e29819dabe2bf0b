"""Outgoing requests: the client, the addresses that it may ask, and the resolver.

May import: the core, the settings, urllib3, dnspython. Never here: SQL, Redis, a connection to an
address that was not checked.
"""
