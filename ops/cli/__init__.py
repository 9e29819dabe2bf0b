"""The operator's command, `hepstatus`, and the functions of its verbs.

Imports `domain`, Click and `ops.local`; never a test.
"""
