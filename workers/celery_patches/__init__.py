"""Changes to Celery and kombu, each with its version and the upstream issue that it waits for.

Imports Celery and `domain.store`; never the drains.
"""
