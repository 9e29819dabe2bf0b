"""The parts of `make run`: the supervisor, the embedded servers, the demo.

Imports `domain` and `ops.cli`; never `web` or `workers` in this process.
"""
