"""The sentences that refuse a field of a body, declared beside the field's type.

Each is written for its field and says what is allowed. It names the field as JSON does, in brackets
where people call it otherwise: "The start (startedAt) …". The dashboard leaves such brackets out.

Source: docs/behaviour.md, "Request bodies".
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec

INDEX = re.compile(r"\[[^\]]*\]")  # of a list, in a path
SHAPES_MAX = 200  # types of bodies and of their parts


class Sentences(NamedTuple):
    """The sentences of one field; `{field}` stands for its path."""

    wrong: str
    missing: str


def says(wrong: str, missing: str = "") -> Any:  # noqa: ANN401 - msgspec's Meta
    """Declare the sentences of a field, of a wrong value and a missing one."""
    return msgspec.Meta(extra={"sentences": Sentences(wrong, missing or wrong)})


def list_values(values: Iterable[object]) -> str:
    """Return the values of an enum for a sentence: "one, two or three"."""
    *rest, last = map(str, values)
    return f"{', '.join(rest)} or {last}"


def find_sentences(shape: type[msgspec.Struct], path: str) -> Sentences | None:
    """Return the sentences of a field such as `components[0].status`; None if none are declared.

    A path that leads on into a value without fields of its own means that value's field.
    """
    sentences, part = None, shape
    for name in INDEX.sub("", path).split("."):
        if (hint := field_hints(part).get(name)) is None:
            return sentences
        extras = (piece.extra or {} for piece in _pieces(hint) if isinstance(piece, msgspec.Meta))
        declared = (extra["sentences"] for extra in extras if "sentences" in extra)
        sentences, part = next(declared, sentences), find_part(hint)
    return sentences


def find_part(hint: object) -> Any:  # noqa: ANN401 - a Struct's type, or None
    """Return the type of the objects that a field holds, if it holds any."""
    structs = (p for p in _pieces(hint) if isinstance(p, type) and issubclass(p, msgspec.Struct))
    return next(structs, None)


def find_shape(shape: type[msgspec.Struct], path: str) -> type[msgspec.Struct]:
    """Return the type of the object at a path, or above it."""
    for name in filter(None, INDEX.sub("", path).split(".")):
        shape = find_part(field_hints(shape).get(name)) or shape
    return shape


def _pieces(hint: object) -> Iterator[object]:
    """Yield a type and its parts; declarations of the outer type come first."""
    yield hint
    for piece in reversed(get_args(hint)):
        yield from _pieces(piece)


@lru_cache(maxsize=SHAPES_MAX)
def field_hints(shape: Any) -> dict[str, Any]:  # noqa: ANN401 - a Struct's type, or None
    """Return the types of a struct's fields by their wire names."""
    if shape is None:
        return {}
    hints = get_type_hints(shape, include_extras=True)
    names = zip(shape.__struct_fields__, shape.__struct_encode_fields__, strict=True)
    return {wire: hints[name] for name, wire in names}
