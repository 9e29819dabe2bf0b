"""Sentences of the audit log: their type, and functions that build them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Payload: TypeAlias = Mapping[str, Any]
Names: TypeAlias = Mapping[str, str]
Sentence: TypeAlias = Callable[[Payload, Names], str]


def quoted(name: Any, fallback: str) -> str:  # noqa: ANN401 - a value of JSON
    """Return a name in quotation marks."""
    return f"“{name}”" if name else fallback


def reference_sentence(verb: str, noun: str, field: str) -> Sentence:
    """Return a sentence about an object; `field` of the payload is its id."""

    def render(payload: Payload, names: Names) -> str:
        return f"{verb} {noun} {quoted(names.get(payload.get(field, '')), 'that is gone')}"

    return render


def name_sentence(verb: str, field: str) -> Sentence:
    """Return a sentence about an object; `field` of the payload is its name."""
    return lambda payload, _: f"{verb} {quoted(payload.get(field), '')}".strip()


def fixed_sentence(words: str) -> Sentence:
    """Return a sentence without variable parts."""
    return lambda _payload, _names: words
