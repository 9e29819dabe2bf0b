"""Output on the operator's terminal, with control characters escaped."""

import click

from domain.text import printable


def say(line: object) -> None:
    """Print a line, with control and reordering characters escaped."""
    click.echo(printable(str(line)))
