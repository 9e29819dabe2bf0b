"""PostgreSQL and Redis as child processes, from wheels, for `make run` and tests.

May import the standard library and ops' own process modules; knows nothing of domain, web or
workers.
"""
