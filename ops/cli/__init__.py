"""The operator's command, `hepstatus`, and what its verbs do.

Imports `domain`, Click and `ops.local`; never a test.
"""
