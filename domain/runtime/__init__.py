"""Settings, logging, metrics, new ids and template files of every process.

Imports the core and libraries; never `domain.store`.
"""
