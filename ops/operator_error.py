"""The one exception whose text is meant for the operator: a sentence that says what is wrong and
what to do.
"""


class CannotRunError(Exception):
    """Something outside our code stands in the way; `str()` of it is one clear sentence."""
