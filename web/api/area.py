"""The declaration of an area, and functions that build its sentences of the audit log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from web.openapi.describe import PathParameter

Payload: TypeAlias = Mapping[str, Any]
Names: TypeAlias = Mapping[str, str]
Sentence: TypeAlias = Callable[[Payload, Names], str]


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the API.

    `routes` are resources by address, `parameters` the path parameters of these addresses but for
    `page_id`, and `sentences` those of the commands that the area appends, by kind.
    """

    routes: Mapping[str, type]
    parameters: Mapping[str, PathParameter] = field(default_factory=dict)
    sentences: Mapping[str, Sentence] = field(default_factory=dict)


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
