"""The shapes of answers: TypedDicts and the functions that fill them.

Imports the core and what store modules return; never Falcon, SQL or Redis, and nothing is decided
here.
"""
