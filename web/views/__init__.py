"""The shapes of answers: what `data` holds, by area, as typed dictionaries with the keys that the
wire has, and the small functions that fill them. The API's description is made from them.

Imports the core and what store modules return; never Falcon, SQL or Redis, and nothing is decided
here.
"""
