"""Requests that are refused and messages that are dear to parse: one of each kind."""

from bench.accounts import API, Account
from bench.client import encode_request
from web.http.bodies import LIMIT_BYTES

NO_JSON = b"{" * (LIMIT_BYTES - 1)
BODY = 9_990
HOSTILE_MARKDOWN = {
    "open brackets": "[" * BODY,
    "open pictures": "![" * (BODY // 2),
    "links in links": "[a](" * (BODY // 4),
    "open and closed brackets": "[" * (BODY // 2) + "]" * (BODY // 2),
    "emphasis that never ends": "*a _b " * (BODY // 6),
    "emphasis in emphasis": "*" * (BODY // 2) + "a" + "*" * (BODY // 2 - 1),
    "backticks": "".join("`" * n + " " for n in range(1, 140)),
    "quotes": ">" * BODY,
    "lists": "- " * (BODY // 2),
    "entities": "&#x26;" * (BODY // 6),
    "addresses": "<https://a.example/>" * (BODY // 20),
    "angles": "<" * BODY,
    "definitions": "[a]: b\n" * (BODY // 7),
    "blank lines": "a\n\n" * (BODY // 3),
    "escapes": "\\[" * (BODY // 2),
}


def refusals(account: Account) -> list[bytes]:
    """Return requests that are refused; only two say that they come from an account."""
    whence = {"X_Forwarded_For": account.address}
    guess = {"Authorization": "Bearer x", **whence}
    incidents, login = f"{API}/incidents", "/api/v1/auth/login"
    return [
        encode_request("POST", incidents, NO_JSON, **guess),
        encode_request("POST", incidents, NO_JSON, **guess, Content_Type="text/plain"),
        encode_request("POST", login, NO_JSON, **whence),
        encode_request("POST", "/api/v1/auth/signup", NO_JSON, **whence),
        encode_request("POST", incidents, NO_JSON + b"{{", **guess),
        account.monitor("incidents", {"title": "x", "body": "y" * 60_000}),
        encode_request("POST", incidents, b"{}", **whence),
        encode_request("POST", incidents, b"{}", **{**guess, "Authorization": "Basic eDp5"}),
        encode_request("POST", incidents, b'{"title":"x"}', **guess),
        encode_request("POST", incidents, b'{"title":"\\ud800"}', **guess),
        encode_request("GET", f"{API}/status", **guess),
        encode_request("GET", f"{API}/status", **whence),
        encode_request("GET", "/api/v1/auth/me", **whence),
        encode_request("GET", "/api/v1/auth/sessions", **whence, Cookie="hepstatus_session=x"),
        encode_request("POST", "/api/v1/status", b'{"name":"x"}', **whence),
        encode_request("POST", login, b"{}", **whence, Origin="https://elsewhere.example"),
        encode_request("POST", login, b"{}", **whence, Content_Encoding="gzip"),
        encode_request("POST", login, b"{}", **whence, Content_Type="application/json; charset=x"),
        encode_request("PUT", login, b"{}", **whence),
        encode_request("GET", "/api/v1/nowhere", **whence),
        account.owner("GET", "/api/v1/status/p_nothing"),
        account.visit("/nowhere"),
        account.visit("/incidents/i_nothing"),
        encode_request("GET", "/", host="nobody.localhost", **whence),
        encode_request("GET", "/", host="nobody.example", **whence),
        encode_request("POST", "/", b"{}", host=account.host, **whence),
    ]
