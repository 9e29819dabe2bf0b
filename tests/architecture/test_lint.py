"""Every rule that is switched off says why, beside it."""

import re

from tests.architecture.source import text_of

RULE = re.compile(r'^\s*"[A-Z]+\d*"')
REASON = re.compile(r"#\s*\S+(\s+\S+)+")


def test_every_ignored_rule_has_a_reason() -> None:
    # Given ruff's part of pyproject.toml
    ruff = text_of("pyproject.toml").partition("[tool.ruff.lint]")[2].partition("[tool.mypy]")[0]

    # When a line switches a rule off and only that
    rules = [line.strip() for line in ruff.splitlines() if RULE.match(line)]
    assert rules, "pyproject.toml ignores no rule on a line of its own: is this test still right?"
    bare = [line for line in rules if not REASON.search(line)]

    # Then it is an accident waiting for its reason
    assert not bare, f"Write a reason beside these ignores: {bare}"
