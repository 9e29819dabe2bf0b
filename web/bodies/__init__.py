"""The shapes of request bodies. Imports msgspec and the core; never the store or Falcon.

A body is what the wire says; its command is what the log keeps: ids minted, secrets hashed. That
is why they are two types (docs/decisions/0004-bodies-and-commands.md).
"""
