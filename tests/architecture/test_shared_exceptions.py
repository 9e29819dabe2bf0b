"""No name of the product leads to an exception instance: it would be raised again and again."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache, partial
from types import MappingProxyType
from typing import ClassVar

import pytest

from tests.architecture.shared_exceptions import find_in_namespace
from tests.architecture.source import ROOT, sources
from tests.architecture.test_starts import NOWHERE


def test_no_name_leads_to_an_exception_when_every_module_is_imported():
    # given a process that imports every module of the product
    command = [sys.executable, "-m", "tests.architecture.shared_exceptions"]
    env = {**os.environ, **NOWHERE, "PYTHONPATH": str(ROOT)}
    # when everything that their names lead to is looked through
    done = subprocess.run(
        command, env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    # then it has seen them all, and there is none
    assert done.returncode == 0, done.stderr
    assert int(done.stderr.split()[-2]) > 0.9 * len(sources()), done.stderr
    assert not done.stdout, f"Make a new one at each raise, in a function:\n{done.stdout}"


class Ours:
    """As a class of the product, for the finder looks into no others."""

    __module__ = "web.example"
    held: ClassVar[Exception] = ValueError("shared")


@dataclass
class Field:
    __module__ = "web.example"
    made: Exception = field(default=ValueError("shared"))


@cache
def kept() -> Exception:
    return ValueError("shared")


def enclosing():
    error = ValueError("shared")
    return lambda: error


def default(error: Exception = ValueError("shared")):  # noqa: B008 - the offence itself
    return error


OFFENCES = {
    "name": ValueError("shared"),
    "base exception": SystemExit("shared"),
    "tuple": (1, (ValueError("shared"),)),
    "dict": {"deep": [{"er": ValueError("shared")}]},
    "mapping": MappingProxyType({1: ValueError("shared")}),
    "class": Ours,
    "instance": Field(),
    "field": Field,
    "closure": enclosing(),
    "default": default,
    "partial": partial(default, ValueError("shared")),
    "cache": kept,
}


@pytest.mark.parametrize("offence", OFFENCES.values(), ids=OFFENCES)
def test_exception_is_found_when_a_name_leads_to_it(offence):
    kept()
    assert len(set(find_in_namespace("web.example", {"x": offence}, set()))) == 1


def test_nothing_is_found_when_a_function_makes_a_new_one():
    namespace = {"make": lambda: ValueError("new"), "kind": ValueError, "sentence": "No."}
    assert not list(find_in_namespace("web.example", namespace, set()))
