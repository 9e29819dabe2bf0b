"""The operator's verbs for mail: mails that are stored, bounces, and the records in DNS.

Imports the domain, workers (lookups in DNS) and the rest of `ops/cli`; never sends a mail.
"""
