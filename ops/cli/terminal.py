"""Lists for people and for programs, and the question before a deletion."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
import msgspec

from domain.text import printable
from ops.operator_error import say

Row = TypeVar("Row")

json_option = click.option("--json", "is_json", is_flag=True, help="Print JSON, for programs.")
yes_option = click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask.")


def print_list(
    rows: Sequence[Row],
    to_columns: Callable[[Row], Sequence[object]],
    to_view: Callable[[Row], object],
    *,
    is_json: bool,
) -> None:
    """Print rows in columns, or the JSON array of their views."""
    if is_json:
        print_json([to_view(row) for row in rows])
    else:
        print_columns([[str(column) for column in to_columns(row)] for row in rows])


def print_columns(lines: Sequence[Sequence[str]]) -> None:
    """Print lines of equally many columns, each as wide as its longest text."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        say("  ".join(padded).rstrip())


def print_json(value: object) -> None:
    """Print a value as JSON in ASCII, which every terminal and every program reads."""
    builtins: Any = msgspec.to_builtins(value)
    for line in json.dumps(builtins, indent=2).splitlines():
        say(line)


def confirm_deletion(thing: str, *, is_confirmed: bool) -> None:
    """Ask on a terminal whether to delete; a script is not asked. Raises click.Abort."""
    if not is_confirmed and sys.stdin.isatty():
        click.confirm(f"Delete {printable(thing)} for good?", abort=True, err=True)
