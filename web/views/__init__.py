"""The shapes of answers: the `data` of each, as TypedDicts with the wire's names.

Imports the core and what it reads of the store; never Falcon. The description of the API is made of
these types, and a test holds every answer to them.
"""
