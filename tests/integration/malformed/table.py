"""The table of requests that are refused: what is sent, and what is answered.

`<page>`, `<key>` and the like stand for what the cast of test_http_malformed.py has. A row whose
refusal belongs in the log (a command that was understood, and refused) says so by `logged`.
"""

import json
from typing import Any, NamedTuple

OPEN = "/api/v1/status-api/incidents"
UPDATE = f"{OPEN}/<incident>/updates"
TOGGLE = "/api/v1/status-api/components/<leaf>/status"
PAGE = "/api/v1/status/<page>"
LIMIT = 64 * 1024


class Row(NamedTuple):
    """One request and its refusal; without a code the answer comes from below the API."""

    name: str
    method: str
    path: str
    body: bytes
    status: int = 400
    code: str | None = "VALIDATION"
    field: str | None = None
    who: str = "Mon"
    headers: tuple[tuple[str, str], ...] = ()
    logged: bool = False
    is_chunked: bool = False


def js(value: Any) -> bytes:
    return json.dumps(value).encode()


def opens(name: str, body: bytes, field: str | None = None, **more: Any) -> Row:
    return Row(f"open: {name}", "POST", OPEN, body, field=field, **more)


def title(name: str, raw: bytes, field: str | None = "title") -> Row:
    return opens(f"title {name}", b'{"title": ' + raw + b"}", field)


def extra(name: str, raw: bytes, field: str | None = None) -> Row:
    """A field that is ignored, but may not hold what can't be read or stored."""
    return opens(f"ignored {name}", b'{"title": "x", "extra": ' + raw + b"}", field)


def item(name: str, components: Any, field: str) -> Row:
    return opens(f"components {name}", js({"title": "x", "components": components}), field)


def ada(name: str, method: str, path: str, body: Any, field: str | None = None, **more: Any) -> Row:
    return Row(f"owner: {name}", method, path, js(body), field=field, **{"who": "Ada"} | more)


def signup(name: str, body: Any, field: str | None = None, **more: Any) -> Row:
    return ada(f"signup {name}", "POST", "/api/v1/auth/signup", body, field, who="nobody", **more)


def part(name: str, field: str, value: Any, **more: Any) -> Row:
    """A component that can't be added."""
    body = {"name": "New", field: value}
    return ada(f"component {name}", "POST", f"{PAGE}/components", body, field, **more)


def key(name: str, code: str, header: str | None, **more: Any) -> Row:
    headers = () if header is None else (("Authorization", header),)
    given = {"body": js({"title": "x"}), "path": OPEN, "headers": headers} | more
    return Row(f"key: {name}", "POST", status=401, code=code, who="nobody", **given)


def bad_key(name: str, **more: Any) -> Row:
    """Whatever else is wrong: to a key that opens nothing, that is said first."""
    headers = (("Authorization", "Bearer hyd_status_nobody"), *more.pop("headers", ()))
    return key(f"unknown, and {name}", "BAD_KEY", None, headers=headers, **more)


def missing(name: str, path: str, who: str = "Mon", method: str = "GET", **more: Any) -> Row:
    return Row(f"nothing: {name}", method, path, b"", 404, "NOT_FOUND", who=who, **more)


def wrong(method: str, path: str, who: str = "Mon") -> Row:
    name = f"method: {method} {path}"
    return Row(name, method, path, b"", 405, "METHOD_NOT_ALLOWED", who=who)


def origin(name: str, value: str, path: str = "/api/v1/status") -> Row:
    body, headers = js({"name": "x"}), (("Origin", value),)
    return Row(f"origin: {name}", "POST", path, body, 403, "BAD_ORIGIN", who="Ada", headers=headers)


def host(name: str, value: str | None, status: int = 400, method: str = "POST") -> Row:
    """`None` leaves the header out."""
    headers = () if value is None else (("Host", value),)
    return Row(
        f"host: {name}", method, OPEN, js({"title": "x"}), status, None, None, "Mon", headers
    )


def kind(name: str, *headers: tuple[str, str]) -> Row:
    body = js({"title": "x"})
    return opens(name, body, None, status=415, code="UNSUPPORTED_MEDIA_TYPE", headers=headers)


BODIES = (
    opens("empty body", b""),
    opens("blank body", b" \r\n "),
    opens("cut short", b'{"title": "x"'),
    opens("something after the end", b'{"title": "x"} x'),
    opens("two documents", b'{"title": "x"}{"title": "y"}'),
    opens("single quotes", b"{'title': 'x'}"),
    opens("comma at the end", b'{"title": "x",}'),
    opens("comment", b'{"title": "x" /* hello */}'),
    opens("form", b"title=x"),
    opens("byte order mark", b'\xef\xbb\xbf{"title": "x"}'),
    opens("UTF-16", '{"title": "x"}'.encode("utf-16")),
    *(opens(f"top level {raw}", raw.encode()) for raw in ("[]", "null", '"x"', "7", "true", "NaN")),
    opens("50000 levels deep", b"[" * 50_000),
    opens("one byte too large", b" " * (LIMIT + 1), status=413, code="TOO_LARGE"),
    opens("chunks too large", b" " * (LIMIT + 1), status=413, code="TOO_LARGE", is_chunked=True),
    kind("text/plain", ("Content-Type", "text/plain")),
    kind("a form's type", ("Content-Type", "application/x-www-form-urlencoded")),
    kind("multipart", ("Content-Type", "multipart/form-data; boundary=x")),
    kind("nearly JSON", ("Content-Type", "application/json-patch+json")),
    kind("another charset", ("Content-Type", "application/json; charset=iso-8859-1")),
    kind("a charset without a name", ("Content-Type", 'application/json; charset=""')),
    kind("gzip", ("Content-Type", "application/json"), ("Content-Encoding", "gzip")),
    kind("br", ("Content-Type", "application/json"), ("Content-Encoding", "br")),
)
TEXTS = (
    opens("title missing", b"{}", "title"),
    title("null", b"null"),
    title("blank", b'"  \\t\\n "'),
    title("blank in Unicode", '"\u2003\u00a0"'.encode()),
    title("of what nobody sees", '"\u200b \u2060\u00ad\u202e\u2800\u3164\ufeff"'.encode()),
    title("a number", b"7"),
    title("true", b"true"),
    title("a list", b'["x"]'),
    title("an object", b'{"x": 1}'),
    title("too long after trimming", b'"  ' + b"x" * 201 + b'  "'),
    title("of invalid UTF-8", b'"\xff"', None),
    title("of overlong UTF-8", b'"\xc0\x80"', None),
    title("with a surrogate as bytes", b'"\xed\xa0\x80"', None),
    title("with a raw NUL", b'"\0"', None),
    title("with a raw line break", b'"a\nb"', None),
    title("with an escape that is none", rb'"\x41"', None),
    title("with half an escape", rb'"\u12"', None),
    title("with NUL", rb'"a\u0000b"'),
    title("with half a pair", rb'"\ud83d"', None),
    title("with the other half", rb'"\ude00"', None),
    title("with a pair turned around", rb'"\ude00\ud83d"', None),
    title("twice, the last blank", b'"x", "title": " "'),
    extra("NUL", rb'"\u0000"', "extra"),
    extra("NUL deep inside", rb'{"a": [{"b": "\u0000"}]}', "extra"),
    extra("NUL in a name", rb'{"a\u0000": 1}', "extra"),
    extra("half a pair", rb'"\udfff"'),
    extra("half a pair in a list", rb'["\ud800"]'),
    extra("half a pair in a name", rb'{"\ud800": 1}'),
    extra("invalid UTF-8", b'"\xfe"'),
    extra("NaN", b"NaN"),
    extra("minus Infinity", b"-Infinity"),
    extra("number beyond any", b"1e999"),
    extra("number with a leading zero", b"01"),
    extra("depth", b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
    opens("name of a field with NUL", rb'{"title": "x", "a\u0000": 1}'),
    opens("name of a field of invalid UTF-8", b'{"title": "x", "\xff": 1}'),
    opens("name of a field that is half a pair", rb'{"title": "x", "\ud800": 1}'),
    opens("impact unknown", js({"title": "x", "impact": "catastrophic"}), "impact"),
    opens("impact in capitals", js({"title": "x", "impact": "MAJOR"}), "impact"),
    opens("impact blank", js({"title": "x", "impact": ""}), "impact"),
    opens("impact a number", js({"title": "x", "impact": 1}), "impact"),
    opens("body a list", js({"title": "x", "body": []}), "body"),
    opens("body too long", js({"title": "x", "body": "é" * 10_001}), "body"),
    opens("body with NUL", js({"title": "x", "body": "a\0"}), "body"),
)
GOOD = {"component": "API", "status": "outage"}
ITEMS = (
    item("an object", {"API": "outage"}, "components"),
    item("a text", "API", "components"),
    item("with null", [None], "components[0]"),
    item("with a text", ["API"], "components[0]"),
    item("with a list", [[GOOD]], "components[0]"),
    item("without component", [{"status": "outage"}], "components[0].component"),
    item("without status", [GOOD, {"component": "API"}], "components[1].status"),
    item("component null", [{**GOOD, "component": None}], "components[0].component"),
    item("component a number", [{**GOOD, "component": 7}], "components[0].component"),
    item("component blank", [GOOD, {**GOOD, "component": " "}], "components[1].component"),
    item("component with NUL", [{**GOOD, "component": "A\0"}], "components"),
    item("status null", [{**GOOD, "status": None}], "components[0].status"),
    item("status unknown", [{**GOOD, "status": "down"}], "components[0].status"),
    item("status in capitals", [{**GOOD, "status": "Outage"}], "components[0].status"),
    item("status a list", [{**GOOD, "status": ["outage"]}], "components[0].status"),
    item("one too many", [GOOD] * 501, "components"),
)
UPDATES = (
    *(
        Row(f"update: state {name}", "POST", UPDATE, js(body), field="state")
        for name, body in (
            ("missing", {"body": "x"}),
            ("null", {"state": None}),
            ("unknown", {"state": "fixed"}),
            ("in capitals", {"state": "Resolved"}),
            ("a number", {"state": 5}),
            ("of a maintenance", {"state": "scheduled"}),
        )
    ),
    Row("update: an item too bad", "POST", UPDATE, js({"state": "resolved", "components": [{}]})),
    *(
        Row(f"toggle: status {name}", "POST", TOGGLE, js(body), field="status")
        for name, body in (("missing", {}), ("null", {"status": None}), ("new", {"status": "up"}))
    ),
    Row(
        "toggle: NUL in the path", "POST", TOGGLE.replace("<leaf>", "A%00"), b'{"status":"outage"}'
    ),
)


def refused(name: str, path: str, body: Any, who: str = "Mon", method: str = "POST") -> Row:
    """What the log refuses: it names a thing that the page does not have."""
    return Row(f"log: {name}", method, path, js(body), 404, "NOT_FOUND", who=who, logged=True)


def update_of(incident: str) -> str:
    return f"{OPEN}/{incident}/updates"


def toggle_of(component: str) -> str:
    return f"/api/v1/status-api/components/{component}/status"


DOWN, DONE = {"status": "outage"}, {"state": "resolved"}
NOT_OURS = (
    refused("update of an unknown incident", update_of("i_nobody"), DONE),
    refused("update of another page's incident", update_of("<bo_incident>"), DONE),
    refused("update of a component", update_of("<leaf>"), DONE),
    refused("update of a dot", update_of("."), DONE),
    refused("update of a very long id", update_of("i" * 5000), DONE),
    refused("toggle of an unknown component", toggle_of("Nobody"), DOWN),
    refused("toggle of another page's component", toggle_of("<bo_leaf>"), DOWN),
    refused("toggle of a category by name", toggle_of("Backend"), DOWN),
    refused("toggle of a category by id", toggle_of("<category>"), DOWN),
    refused("toggle of a blank", toggle_of("%20"), DOWN),
    refused("toggle of invalid UTF-8", toggle_of("%ff"), DOWN),
    refused("toggle of a percent sign", toggle_of("%zz"), DOWN),
    refused("toggle of dots", toggle_of("%2e%2e%2f"), DOWN),
    refused("rename of another page's key", f"{PAGE}/keys/<bo_key>", {"name": "x"}, "Ada", "PATCH"),
    refused("rotation of an unknown key", f"{PAGE}/keys/k_nobody/rotate", None, "Ada"),
    refused("deletion of an unknown key", f"{PAGE}/keys/k_nobody", None, "Ada", "DELETE"),
)
