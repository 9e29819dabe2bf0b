"""The templates folder: wording, colours, shapes, and one strict Jinja environment."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parents[2] / "templates"

Table = Mapping[str, str]


@cache
def wording() -> Mapping[str, Table]:
    """Return the tables of words, by section and wire name."""
    return tomllib.loads((FOLDER / "wording.toml").read_text("utf-8"))


@cache
def colours() -> Mapping[str, Table]:
    """Return the tables of colours, by section and wire name."""
    return tomllib.loads((FOLDER / "colours.toml").read_text("utf-8"))


@cache
def shapes() -> Mapping[str, Table]:
    """Return the tables of shapes, by use and wire name of a status."""
    return tomllib.loads((FOLDER / "shapes.toml").read_text("utf-8"))


@cache
def uptime_looks() -> Mapping[str, Any]:
    """Return the steps of an uptime badge, best first, and the look without a percent."""
    return tomllib.loads((FOLDER / "badge" / "uptime.toml").read_text("utf-8"))


def environment(filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """Return an environment with autoescape; missing names raise UndefinedError."""
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= filters
    return env
