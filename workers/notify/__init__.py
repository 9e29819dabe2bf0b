"""The notifier: it expands public events to deliveries, and sends messages and mails.

May import: `domain`, `templates`. Never here: a change of a page, an address in a log line.
"""
