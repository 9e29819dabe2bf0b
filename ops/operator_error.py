"""The exception with a text for the operator: the problem and its remedy."""

import click

from domain.text import printable


class CannotRunError(Exception):
    """An obstacle outside our code; `str()` of it is one clear sentence."""


def say(line: object, *, is_progress: bool = False) -> None:
    """Print a line, with control and reordering characters escaped; progress to stderr."""
    click.echo(printable(str(line)), err=is_progress)
