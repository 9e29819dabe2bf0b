"""Bodies: bounded, JSON, decoded into typed requests, every text fit to be stored."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import (
    Annotated,
    Any,
    NamedTuple,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

import falcon.asgi
import msgspec
from falcon.util.mediatypes import parse_header

from domain.page.state import Mode
from domain.status import Impact, IncidentState, Status
from domain.text import BLANK, clean, clean_line, is_storable
from web.http.errors import ApiError, invalid

LIMIT_BYTES = 64 * 1024
BODY_S = 10  # for all of a body: who trickles one holds a connection no longer
TOO_SLOW = f"The body did not arrive within {BODY_S} seconds."
NOT_JSON = "The body must be JSON (Content-Type: application/json)."
NOT_UTF8 = "The body must be in UTF-8, and its charset says something else."
CHARSETS = {"utf-8", "utf8", "us-ascii"}  # what JSON is in whatever is declared, and a part of it
NAMES = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "true or false",
    "array": "a list", "object": "an object", "null": "null",
}  # fmt: skip

Body = TypeVar("Body", bound=msgspec.Struct)
Tidying: TypeAlias = Callable[[str | None], str | None]


class BodyText(NamedTuple):
    """A text of a body: its attribute, its longest length, and how it is tidied."""

    name: str
    limit: int
    is_required: bool
    tidy: Tidying


def text(limit: int, meaning: str = "", **more: Any) -> Any:  # noqa: ANN401 - JSON Schema, Meta
    """Describe a text of at most `limit` characters after trimming; blank counts as missing.

    `meaning` is for people; `more` is JSON Schema that the API's description shows of it.
    """
    schema = {"description": meaning} if meaning else {}
    return msgspec.Meta(
        extra={"limit": limit}, extra_json_schema={"maxLength": limit, **schema, **more}
    )


def line(limit: int, meaning: str = "", **more: Any) -> Any:  # noqa: ANN401 - as `text`
    """Describe a text of one line: it is kept without controls and overrides of direction."""
    schema = {"description": meaning} if meaning else {}
    return msgspec.Meta(
        extra={"limit": limit, "is_line": True},
        extra_json_schema={"maxLength": limit, **schema, **more},
    )


def shape(limit: int, meaning: str, pattern: str) -> Any:  # noqa: ANN401 - msgspec calls its Meta so
    """Describe a text that `pattern` bounds to `limit` characters, or a blank one of any length."""
    schema = {"description": meaning, "pattern": f"^({pattern}|[{BLANK}]*)$"}
    return msgspec.Meta(extra={"limit": limit}, extra_json_schema=schema)


async def read_body(req: falcon.asgi.Request, limit: int = LIMIT_BYTES) -> bytes:
    """Return the raw body of at most `limit` bytes. Raises ApiError 413 and 415."""
    declared, parameters = parse_header(req.content_type or "application/json")
    if declared.strip().lower() != "application/json":
        raise _unsupported(NOT_JSON)
    if parameters.get("charset", "utf-8").lower() not in CHARSETS:
        raise _unsupported(NOT_UTF8)
    if req.get_header("Content-Encoding", default="identity").lower() != "identity":
        raise _unsupported(NOT_JSON)
    if (req.content_length or 0) > limit:
        raise _too_large(limit)
    try:
        async with asyncio.timeout(BODY_S):
            return await _bounded(req, limit)
    except TimeoutError:
        raise ApiError(408, "TOO_SLOW", TOO_SLOW) from None


async def _bounded(req: falcon.asgi.Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in req.stream:
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _unsupported(sentence: str) -> ApiError:
    return ApiError(415, "UNSUPPORTED_MEDIA_TYPE", sentence)


def _too_large(limit: int) -> ApiError:
    sentence = f"The body is too large: at most {limit // 1024} KiB are read."
    return ApiError(413, "TOO_LARGE", sentence)


def decode_body(raw: bytes, shape: type[Body]) -> Body:
    """Decode a body. Raises ApiError 400 that names the field."""
    try:
        tree = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        raise _malformed(raw) from None
    if not isinstance(tree, dict):
        raise invalid("The body must be a JSON object.")
    _refuse_unstorable(tree)
    # Null counts as absent, unless it is a value: not given if optional, missing if required.
    ignored = set(shape.__struct_encode_fields__) - nullable_fields(shape)
    present = {n: value for n, value in tree.items() if value is not None or n not in ignored}
    try:
        body = msgspec.convert(present, type=shape)
    except msgspec.ValidationError as error:
        raise explained(str(error)) from None
    return _tidied(body)


def _malformed(raw: bytes) -> ApiError:
    """Return what is wrong with what can't be decoded; of half of a surrogate pair, where it is."""
    try:
        # Slower, and less strict: it decodes `\ud800`, and then the field is known.
        tree = json.loads(raw) if rb"\u" in raw else None
        if isinstance(tree, dict):
            _refuse_unstorable(tree)
    except ApiError as error:
        return error
    except (ValueError, RecursionError):
        pass
    return invalid("The body is not valid JSON.")


def nullable_fields(shape: type[msgspec.Struct]) -> set[str]:
    """Return the wire names of fields for which null is a value: absent, they are UNSET."""
    wire, defaults = shape.__struct_encode_fields__, shape.__struct_defaults__
    last = zip(reversed(wire), reversed(defaults), strict=False)  # required ones have no default
    return {name for name, default in last if default is msgspec.UNSET}


def _refuse_unstorable(tree: dict[str, Any]) -> None:
    """Refuse NUL and lone surrogates anywhere, in names and in what is ignored as well."""
    waiting: list[tuple[str, Any]] = [("", tree)]
    while waiting:
        field, value = waiting.pop()
        match value:
            case str() if not is_storable(value):
                what = "NUL" if "\0" in value else "half of a surrogate pair"
                sentence = f"{field or 'The body'} holds a character that can't be stored: {what}."
                raise invalid(sentence, field)
            case dict():
                # Names are looked at before what they name: a sentence may then repeat them.
                waiting += [(field or name, item) for name, item in value.items()]
                waiting += [(field, name) for name in value]
            case list():
                waiting += [(field, item) for item in value]


def explained(message: str) -> ApiError:
    """Turn msgspec's words into a sentence that names the field."""
    what, _, path = message.partition(" - at `$")
    field = path.rstrip("`").removeprefix(".")
    if missing := re.search(r"missing required field `(\w+)`", what):
        field = f"{field}.{missing[1]}" if field else missing[1]
        return invalid(f"{field} is required.", field)
    if unknown := re.search(r"unknown field `([^`]*)`", what):
        field = f"{field}.{unknown[1]}" if field else unknown[1]
        return invalid(f"{field} is not a field of this request.", field)
    return invalid(f"{field or 'The body'} {_complaint(what, field)}.", field or None)


def _complaint(what: str, field: str) -> str:
    if "datetime" in what:
        return "must be an instant with its offset from UTC, such as 2026-11-23T14:02:00Z"
    if expected := re.match(r"Expected `([^`]*)`, got `([^`]*)`", what):
        wanted = [NAMES.get(word, word) for word in expected[1].split(" | ") if word != "null"]
        return f"must be {' or '.join(wanted)}, not {NAMES.get(expected[2], expected[2])}"
    if bound := re.match(r"Expected `\w+` (>=|<=) (\S+)", what):
        return f"must be at {'least' if bound[1] == '>=' else 'most'} {bound[2]}"
    if "enum value" in what:
        allowed = ALLOWED.get(field.rpartition(".")[2])
        return f"must be one of {allowed}" if allowed else "has a value that is not known"
    return what[:1].lower() + what[1:]


ALLOWED = {
    "status": ", ".join(Status),
    "impact": ", ".join(Impact),
    "state": ", ".join(state for state in IncidentState if state is not IncidentState.SCHEDULED),
    "kind": "leaf, category",
    "mode": ", ".join(Mode),
}


def _tidied(body: Body, path: str = "") -> Body:
    """Trim every text and hold it to its limit, in objects within objects too."""
    wires = dict(zip(body.__struct_fields__, body.__struct_encode_fields__, strict=True))
    for name, limit, is_required, tidy_up in _texts(type(body)):
        if (given := getattr(body, name)) is msgspec.UNSET:
            continue
        wire, tidy = path + wires[name], tidy_up(given)
        if tidy is None and is_required:
            raise invalid(f"{wire} is required.", wire)
        if tidy is not None and len(tidy) > limit:
            raise invalid(f"{wire} may have at most {limit} characters.", wire)
        setattr(body, name, tidy)
    for name, wire in wires.items():
        if isinstance(inner := getattr(body, name), msgspec.Struct):
            _tidied(inner, f"{path}{wire}.")
    return body


def _texts(shape: type[msgspec.Struct]) -> list[BodyText]:
    """Return a request's texts."""
    if shape not in _TEXTS:
        hints = get_type_hints(shape, include_extras=True)
        required = set(shape.__struct_fields__) - _optional(shape)
        _TEXTS[shape] = [
            BodyText(name, int(said["limit"]), name in required, _tidying_of(said))
            for name, hint in hints.items()
            if (said := _said_of(hint)) is not None
        ]
    return _TEXTS[shape]


_TEXTS: dict[type[msgspec.Struct], list[BodyText]] = {}


def _tidying_of(said: dict[str, Any]) -> Tidying:
    return clean_line if said.get("is_line") else clean


def required_texts(shape: type[msgspec.Struct]) -> set[str]:
    """Return the wire names of texts that may not be blank."""
    wires = dict(zip(shape.__struct_fields__, shape.__struct_encode_fields__, strict=True))
    return {wires[name] for name, _, is_required, _ in _texts(shape) if is_required}


def _optional(shape: type[msgspec.Struct]) -> set[str]:
    count = len(shape.__struct_defaults__)
    return set(shape.__struct_fields__[-count:]) if count else set()


def _said_of(hint: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a type annotation
    """Return what `text`, `line` or `shape` said of a field; None if none of them did."""
    if get_origin(hint) is Annotated:
        for part in get_args(hint)[1:]:
            if isinstance(part, msgspec.Meta) and part.extra and "limit" in part.extra:
                return part.extra
        return _said_of(get_args(hint)[0])
    found = (_said_of(part) for part in get_args(hint))
    return next((said for said in found if said is not None), None)
