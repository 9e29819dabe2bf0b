"""The table of refused requests, continued: one's own account and sessions."""

from typing import Any

from tests.integration.malformed.table import Row, ada, js, origin, wrong
from tests.support.actors import PASSWORD

ME, SESSIONS = "/api/v1/auth/me", "/api/v1/auth/sessions"
KNOWN = {"currentPassword": PASSWORD}
WRONG = {"currentPassword": "wrong horse"}


def change(name: str, body: Any, field: str | None = None, **more: Any) -> Row:
    return ada(f"account change {name}", "PATCH", ME, body, field, **more)


def farewell(name: str, body: Any, field: str | None = None, **more: Any) -> Row:
    return ada(f"account deletion {name}", "DELETE", ME, body, field, **more)


def wrong_password(row: Row) -> Row:
    return row._replace(status=401, code="BAD_LOGIN", field="currentPassword")


ACCOUNTS = (
    change("of nothing", KNOWN),
    change("of nulls", {**KNOWN, "email": None, "password": None}),
    change("without the current password", {"email": "x@example.com"}, "currentPassword"),
    change("current password null", {"currentPassword": None, "email": "x@x"}, "currentPassword"),
    change("current password a number", {"currentPassword": 7, "email": "x@x"}, "currentPassword"),
    change("email without @", {**KNOWN, "email": "example.com"}, "email"),
    change("email blank", {**KNOWN, "email": " "}),
    change("email too long", {**KNOWN, "email": "a" * 250 + "@example.com"}, "email"),
    change("email with NUL", {**KNOWN, "email": "a\0@example.com"}, "email"),
    change("email a list", {**KNOWN, "email": ["x@example.com"]}, "email"),
    change("password too short", {**KNOWN, "password": "1234567"}, "password"),
    change("password too long", {**KNOWN, "password": "x" * 201}, "password"),
    change("password common", {**KNOWN, "password": "Password"}, "password"),
    change("password of blanks", {**KNOWN, "password": " " * 9}, "password"),
    change("password the email", {**KNOWN, "password": "<email>"}, "password"),
    change("password with NUL", {**KNOWN, "password": "1234567\0"}, "password"),
    change("password of a lone surrogate", {**KNOWN, "password": "1234567\ud800"}),
    change("of a tier", {**KNOWN, "tier": "prime"}, "tier"),
    change("of a list", [KNOWN]),
    wrong_password(change("with a wrong password", {**WRONG, "email": "x@example.com"})),
    change("to anothers email", {**KNOWN, "email": "<bo_email>"}, "email")._replace(
        status=409, code="CONFLICT", field=None
    ),
    Row("account change not JSON", "PATCH", ME, b"{", who="Ada"),
    Row("account change too large", "PATCH", ME, b" " * 70_000, 413, "TOO_LARGE", who="Ada"),
    Row("account change of nobody", "PATCH", ME, js(KNOWN), 401, "NO_SESSION", who="nobody"),
    farewell("without the current password", {}, "currentPassword"),
    farewell("current password a number", {"currentPassword": 7}, "currentPassword"),
    farewell("with one field more", {**KNOWN, "really": True}, "really"),
    farewell("of a list", []),
    wrong_password(farewell("with a wrong password", WRONG)),
    Row("account deletion without a body", "DELETE", ME, b"", who="Ada"),
    Row(
        "account deletion of another type", "DELETE", ME, js(KNOWN), 415,
        "UNSUPPORTED_MEDIA_TYPE", who="Ada", headers=(("Content-Type", "text/plain"),),
    ),
    Row("account deletion of nobody", "DELETE", ME, js(KNOWN), 401, "NO_SESSION", who="nobody"),
    Row("account deletion by a key", "DELETE", ME, js(KNOWN), 401, "NO_SESSION"),
    *(
        Row(f"session: {name}", "DELETE", f"{SESSIONS}/{part}", b"", 404, "NOT_FOUND", who="Ada")
        for name, part in (
            ("unknown is revoked", "n_nobody"),
            ("anothers is revoked", "<bo_session>"),
            ("an account is revoked", "<account>"),
            ("a percent sign is revoked", "%25"),
            ("an emoji is revoked", "%f0%9f%92%a9"),
        )
    ),
    Row("session: NUL is revoked", "DELETE", f"{SESSIONS}/n_%00", b"", who="Ada"),
    Row("session: none to list", "GET", SESSIONS, b"", 401, "NO_SESSION", who="nobody"),
    Row("session: none to end", "DELETE", SESSIONS, b"", 401, "NO_SESSION", who="nobody"),
    wrong("POST", ME, "Ada"),
    wrong("POST", SESSIONS, "Ada"),
    wrong("GET", f"{SESSIONS}/n_x", "Ada"),
    origin("another site changes an account", "https://evil.example", ME)._replace(method="PATCH"),
    origin("another site deletes an account", "https://evil.example", ME)._replace(method="DELETE"),
    origin("another site ends sessions", "https://evil.example", SESSIONS)._replace(
        method="DELETE"
    ),
)  # fmt: skip
