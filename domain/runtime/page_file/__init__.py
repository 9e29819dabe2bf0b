"""The file by which a page moves in and out: shape, checks, conversions.

Imports the core, msgspec and the runtime; never `domain.store`.
"""
