"""What the operator's terminal is told: nothing of a tenant's reaches it raw."""

import click

from domain.text import printable


def say(line: object) -> None:
    """Print a line; what a terminal would obey, or show out of order, is escaped."""
    click.echo(printable(str(line)))
