"""The channels: each gives a message its form, and hands it over.

May import: `domain`, `templates`, `workers.notify.outcome`. Never here: SQL, another page's data.
"""
