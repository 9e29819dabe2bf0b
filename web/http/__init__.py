"""HTTP plumbing: the server, authentication, bodies, errors, responses, limits.

Imports `domain` and Falcon; never an area of `web.api`.
"""
