"""What answers hold in `data`, as typed shapes of JSON: camelCase keys, instants as text.

Imports the domain and `web.answers`; never writes, and never asks anybody anything.
"""
