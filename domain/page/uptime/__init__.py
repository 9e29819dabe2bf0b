"""Uptime: shown rows, the percent, and the bar of a leaf.

For the page's core and for rendering. Imports the core only, never storage or rendering.
"""
