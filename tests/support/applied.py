"""A page after commands, by the core alone."""

from datetime import datetime
from typing import Any

from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.state import Page
from domain.results import Rejection


def apply(page: Page, *commands: Any, at: datetime) -> Page:
    """The page after these commands, none of which may be refused."""
    for command in commands:
        decision = decide(page, command, at)
        assert not isinstance(decision, Rejection), decision
        page = apply_all(page, decision)
    return page
