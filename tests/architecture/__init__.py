"""The house laws as tests: sizes, signs, names, who may import what, what must be written down.

Reads the source as text and trees; imports the product only inside tests that ask it for a list
(settings, commands, routes, queues). Never starts a process or opens a connection.
"""
