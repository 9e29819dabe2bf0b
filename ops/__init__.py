"""The operator's door: the `hepstatus` command, `make run` and the embedded stack behind it, demo
data.

May import domain, web and workers; nothing imports this package. Speaks neither SQL nor Redis: that
is domain.store.
"""
