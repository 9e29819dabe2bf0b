"""What answers say: the shapes of `data`, one module an area, as typed dictionaries.

Imports the core, settings and `web.answers`; never a resource, and nothing here asks a database.
"""
