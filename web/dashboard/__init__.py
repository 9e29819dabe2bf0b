"""The dashboard: each screen reads what the JSON API reads and answers with a whole document.

Imports Falcon, the core and the store, and Jinja through the store; never SQL or Redis. It never
writes either: forms are sent to the JSON API by the scripts in templates/static/dashboard.
"""
