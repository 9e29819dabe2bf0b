"""What is said of every operation, an area a module: summaries, types, refusals, examples.

Imports `web.describe`, the bodies and the views; never a resource: those import these.
"""
