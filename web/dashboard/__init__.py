"""The dashboard: each view reads like the JSON API and answers with a document.

Imports Falcon, the core and the store, and Jinja through the store; never SQL or Redis. It does not
write: the scripts in templates/static/dashboard send forms to the JSON API.
"""
