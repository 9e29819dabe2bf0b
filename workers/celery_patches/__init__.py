"""Changes to Celery and kombu, each with its version and upstream issue.

Imports Celery and `domain.store`, never the drains.
"""
