"""The shapes of answers: what `data` holds, by area. Imports the core; never Falcon.

Typed dictionaries with the keys of the wire, made by small functions, so that the API's description
is made from them and written nowhere twice.
"""
