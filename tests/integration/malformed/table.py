"""The table of requests that are refused over HTTP: what is sent, and what is answered.

One row a class of defect. What else a body, a query or a header can't be is in
tests/unit/web/test_malformed_bodies.py and test_malformed_queries.py; what each call refuses by
its path, credentials and origin in tests/integration/openapi/http_refusals.py.

`<page>`, `<key>` and the like stand for what the cast of test_malformed.py has. A row whose
refusal belongs in the log (a command that was understood, and refused) says so by `logged`.
"""

import json
from typing import Any, NamedTuple

OPEN = "/api/v1/status-api/incidents"
UPDATE = f"{OPEN}/<incident>/updates"
PAGE = "/api/v1/status/<page>"
ME = "/api/v1/auth/me"
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


TITLE = js({"title": "x"})


def opens(name: str, body: bytes, field: str | None = None, **more: Any) -> Row:
    return Row(f"open: {name}", "POST", OPEN, body, field=field, **more)


def ada(name: str, method: str, path: str, body: Any, field: str | None = None, **more: Any) -> Row:
    return Row(f"owner: {name}", method, path, js(body), field=field, **{"who": "Ada"} | more)


def late(name: str, path: str, body: Any, method: str = "POST", **more: Any) -> Row:
    """What only the log can refuse: it names a thing that the page does not have."""
    missing = {"status": 404, "code": "NOT_FOUND", "logged": True}
    return Row(f"log: {name}", method, path, js(body), **missing | more)


def key(name: str, code: str, header: str | None, **more: Any) -> Row:
    headers = () if header is None else (("Authorization", header),)
    given = {"body": TITLE, "path": OPEN, "headers": headers} | more
    return Row(f"key: {name}", "POST", status=401, code=code, who="nobody", **given)


def bad_key(name: str, **more: Any) -> Row:
    """Whatever else is wrong: to a key that opens nothing, that is said first."""
    headers = (("Authorization", "Bearer hyd_status_nobody"), *more.pop("headers", ()))
    return key(f"unknown, and {name}", "BAD_KEY", None, headers=headers, **more)


def missing(name: str, path: str, who: str = "Mon", method: str = "GET", body: Any = b"") -> Row:
    return Row(f"nothing: {name}", method, path, body, 404, "NOT_FOUND", who=who)


def wrong(method: str, path: str, who: str = "Mon") -> Row:
    name = f"method: {method} {path}"
    return Row(name, method, path, b"", 405, "METHOD_NOT_ALLOWED", who=who)


def toggle_of(component: str) -> str:
    return f"/api/v1/status-api/components/{component}/status"


def kind(name: str, *headers: tuple[str, str]) -> Row:
    return opens(name, TITLE, status=415, code="UNSUPPORTED_MEDIA_TYPE", headers=headers)


def session(name: str, path: str, *cookies: str, who: str = "nobody") -> Row:
    headers = tuple(("Cookie", cookie) for cookie in cookies)
    return Row(f"session: {name}", "GET", path, b"", 401, "NO_SESSION", who=who, headers=headers)


BODIES = (
    opens("empty", b""),
    opens("top level a list", b"[]"),
    opens("50000 levels deep", b"[" * 50_000),
    opens("of invalid UTF-8", b'{"title": "\xff"}'),
    opens("half a pair", rb'{"title": "\ud83d"}', "title"),
    opens("NUL in what is ignored", rb'{"title": "x", "extra": ["\u0000"]}', "extra"),
    opens("a text missing", b"{}", "title"),
    opens("a text of another type", b'{"title": 7}', "title"),
    opens("a text too long", js({"title": "x" * 201}), "title"),
    opens("a word unknown", js({"title": "x", "impact": "huge"}), "impact"),
    opens("an item too bad", js({"title": "x", "components": [{}]}), "components[0].component"),
    opens("items too many", js({"title": "x", "components": [
        {"component": "API", "status": "outage"}] * 501}), "components"),
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
    opens("Idempotency-Key blank", TITLE, headers=(("Idempotency-Key", " "),)),
)  # fmt: skip
OWNERS = (
    ada("a field unknown", "PATCH", PAGE, {"id": "p_x"}, "id"),
    ada("a field of a strange name", "PATCH", PAGE, {"a`b - at `$.c": 1}),
    ada("a page's change empty", "PATCH", PAGE, {"theme": {}, "name": None}),
    ada("a component's change empty", "PATCH", f"{PAGE}/components/<leaf>", {"name": None}),
    ada("a key's change empty", "PATCH", f"{PAGE}/keys/<key_id>", {"disabled": None}),
    ada("a template's change empty", "PATCH", f"{PAGE}/templates/t_x", {"title": None}),
    ada("an instant naive", "POST", f"{PAGE}/incidents",
        {"title": "x", "startedAt": "2026-01-01T00:00:00"}, "startedAt"),
    ada("a query", "GET", f"{PAGE}/incidents?limit=0", None, "limit"),
    ada("a weak etag", "PATCH", PAGE, {"name": "x"}, headers=(("If-Match", 'W/"a"'),)),
    ada("a logo too large", "PATCH", PAGE, {"logo": "A" * 120_000}, status=413, code="TOO_LARGE"),
    ada("a body for logos elsewhere", "POST", f"{PAGE}/templates", {"title": "A" * 70_000},
        status=413, code="TOO_LARGE"),
    ada("a host that is none", "POST", f"{PAGE}/mount", {"host": "*.acme.com"}, "host"),
    ada("a domain that is none", "PATCH", PAGE, {"domain": "*.acme.com"}, "domain"),
    *(ada(f"subdomain {value}", "POST", "/api/v1/status", {"name": "x", "subdomain": value},
          "subdomain") for value in ("a.b", "-a", "a-", "a_b", "ä", "a b", "xn--a", "../x")),
    *(ada(f"signup {field}", "POST", "/api/v1/auth/signup",
          {"email": "new@example.com", "password": "correct horse", field: value}, field,
          who="nobody") for field, value in (("email", "example.com"), ("password", "password"))),
    ada("login with a huge password", "POST", "/api/v1/auth/login",
        {"email": "<email>", "password": "x" * 60_000}, who="nobody", status=401,
        code="BAD_LOGIN"),
    ada("a wrong password", "PATCH", ME, {"currentPassword": "wrong", "email": "x@example.com"},
        "currentPassword", status=401, code="BAD_LOGIN"),
    ada("a page for the host of a page", "POST", "/api/v1/status", {"name": "x"}, status=403,
        code="BAD_ORIGIN", headers=(("Origin", "http://<host>"),)),
    Row("account deletion without a body", "DELETE", ME, b"", who="Ada"),
    Row("account deletion by a key", "DELETE", ME, js({"currentPassword": "x"}), 401, "NO_SESSION"),
)  # fmt: skip
LOGGED = (
    *(late(f"toggle of {name}", toggle_of(reference), {"status": "outage"})
      for name, reference in (
          ("another page's component", "<bo_leaf>"), ("a category by name", "Backend"),
          ("a category by id", "<category>"), ("a blank", "%20"), ("invalid UTF-8", "%ff"),
          ("a percent sign", "%zz"), ("dots", "%2e%2e%2f"))),
    *(late(f"update of {name}", f"{OPEN}/{incident}/updates", {"state": "resolved"})
      for name, incident in (
          ("another page's incident", "<bo_incident>"), ("a component", "<leaf>"), ("a dot", "."),
          ("a very long id", "i" * 5000))),
    late("a parent on another page", f"{PAGE}/components/<leaf>", {"parent": "<bo_category>"},
         "PATCH", who="Ada", status=400, code="VALIDATION", field="parent"),
    late("a window of no millisecond", f"{PAGE}/incidents",
         {"kind": "maintenance", "title": "x", "scheduledStart": "2090-01-01T02:00:00+02:00",
          "scheduledEnd": "2090-01-01T00:00:00.000999Z"},
         who="Ada", status=400, code="VALIDATION", field="scheduledEnd"),
    late("other settings", PAGE, {"name": "x"}, "PATCH", who="Ada", status=409, code="CONFLICT",
         headers=(("If-Match", '"a"'),)),
    late("an empty account", "/api/v1/status/purchases/trade", {}, who="Ada", status=402,
         code="INSUFFICIENT_TOKENS"),
    late("deletion of another's page", "/api/v1/status/<bo_page>", None, "DELETE", who="Ada"),
    late("deletion of an account", "/api/v1/status/<account>", None, "DELETE", who="Ada"),
)  # fmt: skip
KEYS = (
    key("none", "NO_KEY", None),
    key("without a secret", "NO_KEY", "Bearer"),
    key("of blanks", "NO_KEY", "Bearer   "),
    key("in the query", "NO_KEY", None, path=f"{OPEN}?key=<key>"),
    key("replaced by a session", "NO_KEY", None, headers=(("Cookie", "<cookie>"),)),
    key("by another scheme", "NO_KEY", "Basic <key>"),
    key("as other tools send theirs", "NO_KEY", "Token token=<key>"),
    key("without a scheme", "NO_KEY", "<key>"),
    key("unknown", "BAD_KEY", "Bearer hyd_status_nobody"),
    key("cut short", "BAD_KEY", "Bearer hyd_status_"),
    key("with something after it", "BAD_KEY", "Bearer <key> x"),
    key("twice", "BAD_KEY", "Bearer <key>, Bearer <key>"),
    key("of another alphabet", "BAD_KEY", "Bearer é\u0080ÿ"),
    key("of 20000 characters", "BAD_KEY", "Bearer " + "k" * 20_000),
    key("deleted", "BAD_KEY", "Bearer <deleted_key>"),
    key("rotated away", "BAD_KEY", "Bearer <rotated_key>"),
    key("disabled, and no JSON", "KEY_DISABLED", "Bearer <disabled_key>", body=b"{"),
    bad_key("no JSON", body=b"{"),
    bad_key("too many references", body=js({"title": "x", "components": [{}] * 501})),
    bad_key("another type", headers=(("Content-Type", "text/plain"),)),
    bad_key("too large", body=b" " * 70_000),
    bad_key("a bad Idempotency-Key", headers=(("Idempotency-Key", " "),)),
    bad_key("an unknown incident", path=f"{OPEN}/i_nobody/updates", body=js({"state": "resolved"})),
    bad_key("a state of maintenances", path=UPDATE, body=js({"state": "scheduled"})),
    bad_key("NUL in the path", path=toggle_of("A%00"), body=js({"status": "outage"})),
    session("none", ME),
    session("a key instead", "/api/v1/status", who="Mon"),
    session("unknown", "/api/v1/status", "hepstatus_session=x"),
    session("empty", "/api/v1/status", "hepstatus_session="),
    session("no cookie at all", "/api/v1/status", '=;;"\\'),
    session("of controls", PAGE, "hepstatus_session=é\u0080"),
    session("ended", "/api/v1/status", "<old_cookie>"),
)
ADDRESSES = (
    missing("API", "/api/v1"),
    missing("another version", "/api/v2/status-api/status"),
    missing("upwards", "/api/v1/status-api/../status-api/status"),
    missing("upwards, encoded", "/api/v1/status-api/%2e%2e/status-api/status"),
    missing("slashes", "//api//v1//status-api//status"),
    missing("in capitals", "/API/V1/STATUS-API/STATUS"),
    missing("a file", "/etc/passwd", who="nobody"),
    missing("a receipt of an emoji", "/api/v1/receipts/%f0%9f%92%a9"),
    *(missing(f"an account in a page's place: {part}", f"/api/v1/status/<account>{part}", "Ada")
      for part in ("", "/templates", "/audit", "/preview")),
    *(missing(f"{method} of an account{part}", f"/api/v1/status/<account>{part}", "Ada", method,
              js({"name": "x"}))
      for method, part in (("PATCH", ""), ("POST", "/components"), ("POST", "/keys"))),
    missing("a logo of nobody", f"/logo/{'0' * 32}.png", "Ada"),
    wrong("GET", OPEN),
    wrong("DELETE", OPEN),
    wrong("PATCH", "/api/v1/auth/login", "nobody"),
    wrong("PUT", PAGE, "Ada"),
    wrong("TRACE", PAGE, "Ada"),
    wrong("POST", f"{PAGE}/audit", "Ada"),
    Row("address: NUL", "GET", "/api/v1/receipts/r_%00", b""),
    Row("address: NUL on nobody's", "GET", "/a%00", b"", who="nobody"),
    Row("wire: method in small letters", "post", OPEN, b"", 400, None),
    Row("wire: method of its own", "BREW", OPEN, b"", 400, None),
    Row("wire: raw bytes in the path", "GET", "/api/v1/é", b"", 400, None),
    Row("wire: length a word", "POST", OPEN, b"{}", 400, None, headers=(("Content-Length", "x"),)),
    *(Row(f"host: {value[:20]}", "POST", OPEN, TITLE, status, None, headers=(("Host", value),))
      for value, status in (("localhost/api", 400), ("nobody.localhost", 404),
                            ("evil.example", 404), ("[::1]:8000", 404), ("<host>", 405))),
)  # fmt: skip
ROWS = (*BODIES, *OWNERS, *LOGGED, *KEYS, *ADDRESSES)
