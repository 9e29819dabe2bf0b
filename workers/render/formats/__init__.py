"""Renderers of formats that other tools read, one module a format.

They may import the domain and workers.render; they never read a store.
"""
