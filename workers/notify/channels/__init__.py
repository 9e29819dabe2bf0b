"""The channels: each gives a message its form, and hands it over.

May import: `domain`, `templates`, `workers.render`, the rest of `workers.notify`. Never here: SQL,
another page's data.
"""
