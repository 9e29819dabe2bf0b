"""Request bodies: bounded JSON, decoded into typed structs with storable texts."""

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

from domain.text import BLANK, clean, clean_line, is_storable
from web.http.errors import ApiError, invalid
from web.http.field_sentences import find_sentences, find_shape, list_values

LIMIT_BYTES = 64 * 1024
BODY_S = 10  # for a whole body: a slow client frees its connection then
TOO_SLOW = f"The body did not arrive within {BODY_S} seconds."
NOT_JSON = "The body must be JSON (Content-Type: application/json)."
NOT_UTF8 = "The body must be in UTF-8, and its charset says something else."
CHARSETS = {"utf-8", "utf8", "us-ascii"}  # the encoding of JSON, and its subset
NOT_ALLOWED = "{field} has a value that is not allowed."

Body = TypeVar("Body", bound=msgspec.Struct)
Cleaner: TypeAlias = Callable[[str | None], str | None]


class BodyText(NamedTuple):
    """A text field of a body: its attribute, length limit and cleaning function."""

    name: str
    limit: int
    is_required: bool
    tidy: Cleaner


def text(limit: int, meaning: str = "", **more: Any) -> Any:  # noqa: ANN401 - JSON Schema, Meta
    """Describe a text of at most `limit` characters after trimming; blank counts as missing.

    `meaning` is for people; `more` is JSON Schema that the API's description shows of it.
    """
    schema = {"description": meaning} if meaning else {}
    return msgspec.Meta(
        extra={"limit": limit}, extra_json_schema={"maxLength": limit, **schema, **more}
    )


def line(limit: int, meaning: str = "", **more: Any) -> Any:  # noqa: ANN401 - as `text`
    """Describe a text of one line, stored without control characters and direction overrides."""
    schema = {"description": meaning} if meaning else {}
    return msgspec.Meta(
        extra={"limit": limit, "is_line": True},
        extra_json_schema={"maxLength": limit, **schema, **more},
    )


def shape(limit: int, meaning: str, pattern: str) -> Any:  # noqa: ANN401 - msgspec calls its Meta so
    """Describe a text that `pattern` bounds to `limit` characters, or a blank one."""
    schema = {"description": meaning, "pattern": f"^({pattern}|[{BLANK}]*)$"}
    return msgspec.Meta(extra={"limit": limit}, extra_json_schema=schema)


async def read_body(req: falcon.asgi.Request, limit: int = LIMIT_BYTES) -> bytes:
    """Return the raw JSON body of at most `limit` bytes. Raises ApiError 408, 413 and 415."""
    declared, parameters = parse_header(req.content_type or "application/json")
    if declared.strip().lower() != "application/json":
        raise _unsupported_error(NOT_JSON)
    if parameters.get("charset", "utf-8").lower() not in CHARSETS:
        raise _unsupported_error(NOT_UTF8)
    if req.get_header("Content-Encoding", default="identity").lower() != "identity":
        raise _unsupported_error(NOT_JSON)
    return await read_bounded(req, limit)


async def read_bounded(req: falcon.asgi.Request, limit: int) -> bytes:
    """Return the raw body of any type, of at most `limit` bytes. Raises ApiError 408 and 413."""
    if (req.content_length or 0) > limit:
        raise _too_large_error(limit)
    try:
        async with asyncio.timeout(BODY_S):
            return await _read_bounded(req, limit)
    except TimeoutError:
        raise ApiError(408, "TOO_SLOW", TOO_SLOW) from None


async def _read_bounded(req: falcon.asgi.Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in req.stream:
        body += chunk
        if len(body) > limit:
            raise _too_large_error(limit)
    return bytes(body)


def _unsupported_error(sentence: str) -> ApiError:
    return ApiError(415, "UNSUPPORTED_MEDIA_TYPE", sentence)


def _too_large_error(limit: int) -> ApiError:
    sentence = f"The body is too large: at most {limit // 1024} KiB are read."
    return ApiError(413, "TOO_LARGE", sentence)


def decode_body(raw: bytes, shape: type[Body]) -> Body:
    """Decode a body. Raises ApiError 400 that names the field."""
    try:
        tree = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        raise _malformed_error(raw) from None
    if not isinstance(tree, dict):
        raise invalid("The body must be a JSON object.")
    _reject_unstorable(tree)
    # Null counts as absent unless null is a value: omitted if optional, missing if required.
    ignored = set(shape.__struct_encode_fields__) - nullable_fields(shape)
    present = {n: value for n, value in tree.items() if value is not None or n not in ignored}
    try:
        body = msgspec.convert(present, type=shape)
    except msgspec.ValidationError as error:
        raise explain_error(str(error), shape) from None
    return _clean_texts(body, shape)


def _malformed_error(raw: bytes) -> ApiError:
    """Return the error of an undecodable body, with the field of a lone surrogate."""
    try:
        # json is slower and less strict: it decodes `\ud800`, so that the field is known.
        tree = json.loads(raw) if rb"\u" in raw else None
        if isinstance(tree, dict):
            _reject_unstorable(tree)
    except ApiError as error:
        return error
    except (ValueError, RecursionError):
        pass
    return invalid("The body is not valid JSON.")


def nullable_fields(shape: type[msgspec.Struct]) -> set[str]:
    """Return the wire names of fields that may be null; absent, they are UNSET."""
    wire, defaults = shape.__struct_encode_fields__, shape.__struct_defaults__
    last = zip(reversed(wire), reversed(defaults), strict=False)  # required ones have no default
    return {name for name, default in last if default is msgspec.UNSET}


def _reject_unstorable(tree: dict[str, Any]) -> None:
    """Reject NUL and lone surrogates anywhere, also in names and ignored fields."""
    pending: list[tuple[str, Any]] = [("", tree)]
    while pending:
        field, value = pending.pop()
        match value:
            case str() if not is_storable(value):
                reason = "NUL" if "\0" in value else "half of a surrogate pair"
                sentence = (
                    f"{field or 'The body'} holds a character that can't be stored: {reason}."
                )
                raise invalid(sentence, field)
            case dict():
                # Names are checked before values, so that a message can repeat them safely.
                pending += [(field or name, item) for name, item in value.items()]
                pending += [(field, name) for name in value]
            case list():
                pending += [(field, item) for item in value]


def wrong_value(shape: type[msgspec.Struct], field: str) -> ApiError:
    """Return a 400 with the sentence of a wrong value of a field."""
    sentences = find_sentences(shape, field)
    return invalid(sentences.wrong if sentences else NOT_ALLOWED, field)


def missing_value(shape: type[msgspec.Struct], field: str) -> ApiError:
    """Return a 400 with the sentence of a missing field."""
    sentences = find_sentences(shape, field)
    return invalid(sentences.missing if sentences else NOT_ALLOWED, field)


def no_change_error(shape: type[msgspec.Struct], *other: str) -> ApiError:
    """Return a 400 for a change without a field; `other` ones are no change."""
    names = [name for name in shape.__struct_encode_fields__ if name not in other]
    return invalid(f"Give at least one field to change: {list_values(names)}.")


def explain_error(message: str, shape: type[msgspec.Struct]) -> ApiError:
    """Turn a message of msgspec into an ApiError with the sentence of the field."""
    reason, _, path = message.partition(" - at `$")
    place = path.rstrip("`").removeprefix(".")
    if absent := re.search(r"missing required field `(\w+)`", reason):
        return missing_value(shape, f"{place}.{absent[1]}".lstrip("."))
    if unknown := re.search(r"unknown field `([^`]*)`", reason):
        allowed = ", ".join(find_shape(shape, place).__struct_encode_fields__)
        sentence = (
            f"{{field}} is not a field of this request. Fields that can stand here: {allowed}."
        )
        return invalid(sentence, f"{place}.{unknown[1]}".lstrip("."))
    return wrong_value(shape, place)


def _clean_texts(body: Body, root: type[msgspec.Struct], path: str = "") -> Body:
    """Clean each text of a body of type `root` and check its limit."""
    wires = dict(zip(body.__struct_fields__, body.__struct_encode_fields__, strict=True))
    for name, limit, is_required, clean_text in _texts(type(body)):
        if (value := getattr(body, name)) is msgspec.UNSET:
            continue
        wire, tidy = path + wires[name], clean_text(value)
        if tidy is None and is_required:
            raise missing_value(root, wire)
        if tidy is not None and len(tidy) > limit:
            raise wrong_value(root, wire)
        setattr(body, name, tidy)
    for name, wire in wires.items():
        inner = getattr(body, name)
        if isinstance(inner, msgspec.Struct):
            _clean_texts(inner, root, f"{path}{wire}.")
        for index, item in enumerate(inner if isinstance(inner, list) else ()):
            if isinstance(item, msgspec.Struct):
                _clean_texts(item, root, f"{path}{wire}[{index}].")
    return body


def _texts(shape: type[msgspec.Struct]) -> list[BodyText]:
    """Return the text fields of a request type, cached by type."""
    if shape not in _TEXTS:
        hints = get_type_hints(shape, include_extras=True)
        required = set(shape.__struct_fields__) - _optional(shape)
        _TEXTS[shape] = [
            BodyText(name, int(options["limit"]), name in required, _cleaner_of(options))
            for name, hint in hints.items()
            if (options := _text_options(hint)) is not None
        ]
    return _TEXTS[shape]


_TEXTS: dict[type[msgspec.Struct], list[BodyText]] = {}


def _cleaner_of(options: dict[str, Any]) -> Cleaner:
    return clean_line if options.get("is_line") else clean


def required_texts(shape: type[msgspec.Struct]) -> set[str]:
    """Return the wire names of the texts that may not be blank."""
    wires = dict(zip(shape.__struct_fields__, shape.__struct_encode_fields__, strict=True))
    return {wires[name] for name, _, is_required, _ in _texts(shape) if is_required}


def _optional(shape: type[msgspec.Struct]) -> set[str]:
    count = len(shape.__struct_defaults__)
    return set(shape.__struct_fields__[-count:]) if count else set()


def _text_options(hint: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a type annotation
    """Return the `extra` of a field's `text`, `line` or `shape`; None without one."""
    if get_origin(hint) is Annotated:
        for part in get_args(hint)[1:]:
            if isinstance(part, msgspec.Meta) and part.extra and "limit" in part.extra:
                return part.extra
        return _text_options(get_args(hint)[0])
    options_of_parts = (_text_options(part) for part in get_args(hint))
    return next((options for options in options_of_parts if options is not None), None)
