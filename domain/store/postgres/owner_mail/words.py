"""The words of mails to owners: templates/mail/owner.toml, without the template engine."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[4] / "templates" / "mail" / "owner.toml"


@cache
def owner_letters() -> Mapping[str, Mapping[str, str]]:
    """Return subject and text of the mails to owners, by kind."""
    return tomllib.loads(FILE.read_text("utf-8"))
