"""Mails to the owners of accounts: proofs of addresses, forgotten passwords, notices.

Imports the rest of `domain.store.postgres`, the core and `domain.runtime`; never Redis. The
words are in templates/mail/owner.toml.
"""
