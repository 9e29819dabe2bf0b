"""The operator's command, `hepstatus`, and the functions of its verbs, one module an area.

Imports `domain`, Click, `ops.local`, and of `web` and `workers` views, hashes and checks; never a
test.
"""
