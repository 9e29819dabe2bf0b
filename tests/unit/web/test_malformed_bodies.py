"""The table of bodies that are refused: each with a sentence that names the field.

Source: docs/behaviour.md, "Request bodies" and "Bad input".
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import pytest

from domain.text import NOT_BLANK
from tests.unit.web import request_doors as d
from tests.unit.web.request_doors import Door, js
from web.http.errors import ApiError
from web.openapi.document import document
from web.openapi.operations import calls
from web.openapi.reading import resolve_ref
from web.routes import ROUTES


class Case(NamedTuple):
    """A body that is refused; without a field it is refused as a whole."""

    door: Door
    raw: bytes
    field: str | None


TITLE = {"title": "x"}
PLAN = {
    "kind": "maintenance",
    "title": "x",
    "scheduledStart": "2090-01-01T00:00:00Z",
    "scheduledEnd": "2090-01-02T00:00:00Z",
}
KNOWN = {"currentPassword": "correct horse battery"}
WELL = {"email": "new@example.com", "password": "correct horse"}
STATE = {"state": "monitoring"}

NO_TEXT = (7, True, ["x"], {"x": "x"}, 10**400, "a\0")
NO_WORD = (*NO_TEXT, "huge", "", " major", "MAJOR")
NO_BOOL = ("true", 1, 0, [], {})
NO_OBJECT = (7, "x", True, [{}])
NO_INSTANT = (
    *NO_TEXT, "", "yesterday", "2026-01-01", "12:00:00Z", "1767225600", "2026-01-01T00:00:00",
    "2026-01-01T00:00:00 Europe/Berlin", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
    "2026-01-01T25:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00+99:00",
    "2026-01-01T00:00:00+00:99", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00+14:00", "1999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-23:59", "10000-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
)  # fmt: skip
TOO_LONG_BODY = (*NO_TEXT, "é" * 10_001)
NO = {
    "string": NO_TEXT, "boolean": NO_BOOL, "integer": (1.5, "1", True, 10**400),
    "object": NO_OBJECT, "array": (7, "API", {"a": 1}),
}  # fmt: skip
LOGO_SVG = "data:image/svg+xml;base64,PHN2Zy8+"
LOGO_GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
LOGO_TOO_WIDE = "iVBORw0KGgoAAAANSUhEUgAAEAEAAAABCAYAAAAAAAAA"
LOGO_OF_NO_WIDTH = "iVBORw0KGgoAAAANSUhEUgAAAAAAAAABCAYAAAAAAAAA"

# A door, what is well, a field beside it, and what that can't be, beyond its type and length.
VALUES: tuple[tuple[Door, dict[str, Any], str, tuple[Any, ...]], ...] = (
    (d.REPORT, {}, "title", ("\u2003\u00a0", "\u200b \u2060\u00ad\u202e\u2800\u3164\ufeff",
                           "  " + "x" * 201 + "  ")),
    (d.REPORT, TITLE, "extra", ("\0", {"a": [{"b": "\0"}]}, {"a\0": 1})),
    (d.UPDATE, {"body": "x"}, "state", ("scheduled",)),
    (d.OPEN, TITLE, "kind", (*NO_WORD, "Incident", "x" * 5_000)),
    (d.OPEN, TITLE, "state", (*NO_WORD, "scheduled")),
    *((d.OPEN, TITLE, f, NO_INSTANT) for f in ("startedAt", "resolvedAt")),
    (d.OPEN, TITLE, "scheduledStart", ("2090-01-01",)),
    (d.OPEN, TITLE, "autoEnd", (True,)),
    (d.OPEN, TITLE, "id", ("i_x",)),
    *((d.OPEN, PLAN, field, (*NO_INSTANT, None)) for field in ("scheduledStart", "scheduledEnd")),
    *((d.OPEN, PLAN, field, NO_BOOL) for field in ("autoStart", "autoEnd")),
    (d.OPEN, PLAN, "title", (*NO_TEXT, None)),
    (d.OPEN, PLAN, "body", NO_TEXT),
    (d.OPEN, PLAN, "impact", ("minor",)),
    (d.OPEN, PLAN, "state", ("scheduled",)),
    (d.OPEN, PLAN, "startedAt", ("2026-01-01T00:00:00Z",)),
    (d.CHANGE, {}, "title", (*NO_TEXT, "x" * 201)),
    (d.CHANGE, {}, "impact", NO_WORD),
    *(
        (d.CHANGE, {}, f, NO_INSTANT)
        for f in ("startedAt", "resolvedAt", "scheduledStart", "scheduledEnd")
    ),
    *((d.CHANGE, {}, field, NO_BOOL) for field in ("autoStart", "autoEnd")),
    (d.CHANGE, {}, "state", (*NO_WORD, "scheduled", "monitoring")),
    (d.CHANGE, TITLE, "state", ("resolved",)),
    (d.CHANGE, {}, "kind", ("maintenance",)),
    (d.CHANGE, {}, "components", ([],)),
    (d.SAY, {}, "state", (*NO_WORD, None)),
    (d.SAY, STATE, "body", TOO_LONG_BODY),
    *((d.SAY, STATE, f, NO_INSTANT) for f in ("occurredAt", "resolvedAt")),
    (d.WORDS, {}, "body", (*TOO_LONG_BODY, None, " ")),
    (d.WORDS, {"body": "x"}, "state", ("resolved",)),
    (d.PAGE, {"name": "x"}, "subdomain", ("x" * 64,)),
    (d.PAGE, {"name": "x"}, "timeZone", ("Mars/Base", "europe/berlin", "../../etc/passwd")),
    (d.SETTING, {}, "timeZone", ("Mars/Base", "europe/berlin", "../../etc/passwd")),
    (d.SETTING, {}, "labels", ({"outage": "\0"},)),
    (d.SETTING, {}, "logo", ("", "  ", "x!", "iVBORw0KGgo", "_-__", LOGO_SVG, LOGO_GIF,
                           "https://example.com/logo.png", "file:///etc/passwd", LOGO_TOO_WIDE,
                           LOGO_SVG.replace("svg+xml", "png"), LOGO_OF_NO_WIDTH, "iVBO\0",
                           "iVBO" + "A" * 90_000)),
    (d.TEMPLATE, TITLE, "state", ("scheduled",)),
    (d.TEMPLATE, {**TITLE, "kind": "maintenance"}, "state", ("resolved",)),
    (d.TEMPLATE, {**TITLE, "kind": "maintenance"}, "impact", ("none",)),
    (d.TEMPLATE_CHANGE, {}, "state", ("scheduled",)),
    (d.TEMPLATE_CHANGE, {"kind": "maintenance"}, "impact", ("none",)),
    (d.LOGIN, WELL, "email", ("  ",)),
    (d.ACCOUNT, KNOWN, "email", ("example.com", "a b@example.com", "a" * 250 + "@example.com",
                               "a\0@example.com", ["x@example.com"])),
    (d.ACCOUNT, KNOWN, "password", ("1234567", "x" * 201, "Password", " " * 9, "ADA@example.com",
                                  "1234567\0")),
    (d.TRADE, {}, "slot", (" \t", "s_\0", "s" * 65)),
)  # fmt: skip

GOOD = {"component": "API", "status": "outage"}
FIRST = "components[0]"
NO_LIST = (
    ("API", "components"), (7, "components"), (GOOD, "components"), ([None], FIRST), ([7], FIRST),
    ([["API"]], FIRST), ([{"component": 7}], f"{FIRST}.component"), ([{}], f"{FIRST}.component"),
)  # fmt: skip
NO_STATUSES = (
    *NO_LIST, (["API"], FIRST),
    *(([{**GOOD, "component": name}], f"{FIRST}.component") for name in (" ", "\u200b", None)),
    *(([{**GOOD, "status": s}], f"{FIRST}.status") for s in (None, "down", "Outage", [], 7)),
    ([GOOD, {"component": "API"}], "components[1].status"), ([GOOD] * 501, "components"),
    ([{**GOOD, "component": "A\0"}], "components"),
)  # fmt: skip
STRANGE = ([{**GOOD, "colour": 1}], f"{FIRST}.colour")
NO_LEAVES = (
    *NO_LIST, (["A\0"], "components"), ([" "], FIRST), (["API", "\u200b"], "components[1]"),
    ([{"component": " "}], FIRST), (["x"] * 501, "components"),
    ([{"component": "API", "colour": 1}], f"{FIRST}.colour"),
)  # fmt: skip
LISTS: tuple[tuple[Door, dict[str, Any], tuple[tuple[Any, str], ...]], ...] = (
    (d.REPORT, TITLE, NO_STATUSES),
    (d.UPDATE, STATE, NO_STATUSES),
    (d.OPEN, TITLE, (*NO_STATUSES, STRANGE)),
    (d.SAY, STATE, (*NO_STATUSES, STRANGE)),
    (d.OPEN, PLAN, NO_LEAVES),
)
LINK = {"label": "Help", "url": "https://acme.com", "place": "footer"}
NO_LINK = {
    "label": (None, "", " \u200b", "x" * 41, 7),
    "place": ("left", "", None),
    "colour": ("red",),
    "url": (
        None,
        "",
        "acme.com",
        "/help",
        "//acme.com",
        "http://acme.com",
        "https:acme.com",
        "https:/acme.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://acme.com",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://?q",
        "https://.com",
        "https://a..com",
        "https://acme.com:99999",
        "https://acme.com:port",
        "https://user@acme.com",
        "https://bank.com:443@acme.com",
        "https://acme.com\\@evil.com",
        "https://a b.com",
        "https://acme.com/a b",
        "https://acme.com/\nx",
        "https://acme.com/\tx",
        "https://acme.com/<b>",
        'https://acme.com/"',
        "https://acme.com/\u202e",
        "https://acme.com/\u200b",
        "https://acme%2ecom",
        "https://1.2.3.4.5",
        "https://256.1.1.1",
        "https://[::zz]",
        "https://xn--a.com",
        "https://" + "x" * 500 + ".com",
        "mailto:",
        "mailto:?subject=x",
        "mailto:help",
        "mailto:@acme.com",
        "mailto:a b@acme.com",
        "mailto:a%20b@acme.com",
        "mailto:a@b.c\nBcc:d@e.f",
    ),
}
WITHIN = (
    (d.SETTING, {"labels": {"down": "x"}}, "labels.down"),
    (d.SETTING, {"labels": {"outage": "x" * 41}}, "labels.outage"),
    (d.SETTING, {"labels": {"outage": 7}}, "labels.outage"),
    (d.SETTING, {"headlines": {"outage": "x" * 81}}, "headlines.outage"),
    (d.SETTING, {"theme": {"mode": "pink"}}, "theme.mode"),
    (d.SETTING, {"theme": {"font": "Comic Sans"}}, "theme.font"),
    (d.SETTING, {"theme": {"colour": "red"}}, "theme.colour"),
    *((d.SETTING, {"theme": {name: value}}, f"theme.{name}")
      for name in ("accent", "header")
      for value in ("red", "#00000\n", "#" + "\u0660" * 6, 0)),
    (d.SETTING, {"links": [LINK] * 6}, "links"),
    (d.SETTING, {"links": ["https://acme.com"]}, "links[0]"),
    *((d.SETTING, {"links": [LINK, {**LINK, name: value}]}, f"links[1].{name}")
      for name, values in NO_LINK.items() for value in values),
    (d.CHANGE, {}, None),
    (d.CHANGE, {"title": None, "state": None, "autoEnd": None}, None),
    (d.CHANGE, {"title": " "}, None),
    (d.ACCOUNT, KNOWN, None),
    (d.ACCOUNT, {**KNOWN, "email": " "}, None),
    (d.ACCOUNT, {**KNOWN, "email": None, "password": None}, None),
)  # fmt: skip
SHAPES = (
    b"", b" \r\n ", b"{", b"[]", b'"x"', b"7", b"null", b"true", b"NaN", b"title=x",
    b'{"title": "x"', b'{"title": "x"} x', b'{"title": "x"}{"title": "y"}', b"{'title': 'x'}",
    b'{"title": "x",}', b'{"title": "x" /* hello */}', b'\xef\xbb\xbf{"title": "x"}',
    '{"title": "x"}'.encode("utf-16"), b"[" * 50_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"components":' + b"[" * 20_000 + b"]" * 20_000 + b"}", rb'{"\udfff": 1}',
    b'{"extra": ' + b"9" * 20_000 + b"}", rb'{"a\u0000": 1}', b'{"\xff": 1}',
    rb'{"title": "x\ud800', rb'{"a\u0000":' * 5_000,
)  # fmt: skip
# What can't stand in JSON, as the value of a text and of a field that a monitor may add.
NO_JSON = (
    b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\0"', b'"a\nb"', rb'"\x41"', rb'"\u12"',
    b"NaN", b"-Infinity", b"1e999", b"01",
)  # fmt: skip
HALVES = (rb'"\ud83d"', rb'"\ude00"', rb'"\ude00\ud83d"', rb'["\ud800"]', rb'{"\ud800": 1}')


DOCUMENT = document(ROUTES, "http://localhost")
# Each described body with an example: what its types and lengths refuse is drawn from them.
BODIES = {
    body: (DOCUMENT["components"]["schemas"][body.__name__], example.body)
    for call in calls(ROUTES)
    for body, example in zip(call.operation.bodies, call.operation.examples, strict=False)
}


def drawn_cases(body: type[msgspec.Struct]) -> Iterator[Case]:
    """Of every field of a body what it can't be."""
    schema, example = BODIES[body]
    for field, part in schema["properties"].items():
        values = [*refused_values(resolve_ref(DOCUMENT, part), field)]
        values += [None] if field in schema.get("required", ()) else []
        yield from (Case(d.door(body), js({**example, field: v}), field) for v in values)
    if not schema.get("additionalProperties", True):
        yield Case(d.door(body), js({**example, "colour": "red"}), "colour")


def refused_values(schema: dict[str, Any], field: str) -> Iterator[Any]:
    """What a type refuses; of passwords the length is a rule beyond it."""
    for part in schema.get("anyOf", ()):
        if part != {"type": "null"}:
            schema = resolve_ref(DOCUMENT, part)
    is_text = "password" not in field.lower()
    if "enum" in schema:
        yield from NO_WORD
    elif schema.get("format") == "date-time":
        yield from (*NO_TEXT, "", "yesterday", "2026-01-01T00:00:00")
    else:
        types = schema["type"]
        yield from NO[types if isinstance(types, str) else types[0]]
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if is_text and "maxLength" in schema:
        yield "é" * (schema["maxLength"] + 1)
    if is_text and schema.get("pattern") == NOT_BLANK:
        yield from (" ", " \n")


def cases() -> Iterator[Case]:
    for body in BODIES:
        yield from drawn_cases(body)
    for door, rest, field, values in VALUES:
        yield from (Case(door, js({**rest, field: value}), field) for value in values)
    for door, rest, lists in LISTS:
        yield from (Case(door, js({**rest, "components": value}), field) for value, field in lists)
    yield from (Case(door, js(body), field) for door, body, field in WITHIN)
    yield from (Case(door, raw, None) for door in (d.REPORT, d.OPEN) for raw in SHAPES)
    for raw in NO_JSON:
        yield Case(d.REPORT, b'{"title": ' + raw + b"}", None)
        yield Case(d.REPORT, b'{"title": "x", "extra": ' + raw + b"}", None)
    for raw in HALVES:
        yield Case(d.REPORT, b'{"title": ' + raw + b"}", "title")
        yield Case(d.REPORT, b'{"title": "x", "extra": ' + raw + b"}", "extra")
    yield Case(d.REPORT, b'{"title": "x", "title": " "}', "title")


CASES = list(cases())


def test_every_described_body_is_drawn():
    assert BODIES.keys() == {body for call in calls(ROUTES) for body in call.operation.bodies}


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_sentence_names_the_field_when_a_body_is_malformed(case):
    with pytest.raises(ApiError) as caught:
        case.door(case.raw)
    error = caught.value
    assert (error.status, error.code) == (400, "VALIDATION")
    assert str(error).endswith((".", "…"))
    if case.field is None:
        assert str(error).startswith(("The body ", "Give at least one "))
    else:
        assert error.fields == {case.field: str(error)}
        assert case.field in str(error)
