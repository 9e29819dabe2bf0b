"""Moving in from Atlassian Statuspage: its JSON and Atom, read and turned into a document.

Imports the domain and the standard library, and urllib3 in `client`; never web or workers.
"""
