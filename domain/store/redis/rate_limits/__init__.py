"""Rate limits: the rules, and their counts in Redis or in a process.

Imports `domain.store.redis` and the core; never HTTP. The answers are those
of web/http/rate_limits.py.
"""
