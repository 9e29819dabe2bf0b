"""Formats of other tools: documents that their clients read, one module a format.

Imports what rendering imports. Facts about a format stand in the module's docstring.
"""
