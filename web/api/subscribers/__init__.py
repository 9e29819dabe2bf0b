"""Subscribers of pages: the request to subscribe, and the links in messages.

Imports the domain and `web.http`; never `web.dashboard`, and never another area's resources.
"""
