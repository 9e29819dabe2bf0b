"""What every process needs and no storage: settings, logging, metrics, new ids, template files.

Imports the core and libraries; never `domain.store`.
"""
