"""Visitors' words and meaningful colours, read once from the templates folder."""

import tomllib
from collections.abc import Mapping
from functools import cache

from workers.render.build import ROOT

Table = Mapping[str, str]


@cache
def wording() -> Mapping[str, Table]:
    """Return the tables of words, by section and wire name."""
    return tomllib.loads((ROOT / "templates" / "wording.toml").read_text("utf-8"))


@cache
def colours() -> Mapping[str, Table]:
    """Return the tables of colours, by section and wire name."""
    return tomllib.loads((ROOT / "templates" / "colours.toml").read_text("utf-8"))
