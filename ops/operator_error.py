"""The exception with a text for the operator: the problem and its remedy."""


class CannotRunError(Exception):
    """An obstacle outside our code; `str()` of it is one clear sentence."""
