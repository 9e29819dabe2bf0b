"""The resources: each turns a request into a command or a reading, and nothing else.

Imports Falcon, the bodies, the core and the store; never SQL, Redis or the broker.
"""
