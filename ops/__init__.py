"""The operator's tools: the `hepstatus` command, `make run`, the embedded stack, demo data.

May import domain, web and workers; nothing imports this package. SQL and Redis stay in
domain.store.
"""
