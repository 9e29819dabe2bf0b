"""The table of refused requests, continued: hosts that can't be a page's, and mounts."""

from typing import Any

from tests.integration.malformed.table import PAGE, Row, ada, refused

NOWHERE = f"{PAGE}/mounts/m_nobody"


def host(name: str, value: Any, **more: Any) -> Row:
    """A host that can't be mounted."""
    return ada(f"host {name}", "POST", f"{PAGE}/mount", {"host": value}, "host", **more)


def domain(name: str, body: Any, **more: Any) -> Row:
    """A domain that can't be set."""
    return ada(f"domain {name}", "PATCH", PAGE, body, "domain", **more)


MOUNTS = (
    host("a number", 7),
    host("null", None),
    host("blank", "  "),
    host("too long", "x" * 301),
    host("a wildcard", "*.acme.com"),
    host("an IP address", "192.0.2.1"),
    host("an IP address in brackets", "[::1]:80"),
    host("a decimal IP address", "2130706433"),
    host("a single word", "acme"),
    host("with an underscore", "a_b.acme.com"),
    host("with a path", "https://acme.com/status"),
    host("with a user", "ada@acme.com"),
    host("a public suffix", "co.uk"),
    host("the base", "localhost"),
    host("two parts below the base", "a.b.localhost"),
    host("below the CNAME target", "x.cname.localhost"),
    host("with NUL", "a\0.acme.com"),
    ada("host a lone surrogate", "POST", f"{PAGE}/mount", {"host": "\ud800.acme.com"}),
    host("that IDN does not know", "xn--a.com"),
    ada("mount of one field more", "POST", f"{PAGE}/mount", {"host": "x.y", "page": 1}, "page"),
    ada("mount of a list", "POST", f"{PAGE}/mount", [], None),
    domain("with a name", {"domain": "status.acme.com", "name": "x"}),
    domain("a wildcard", {"domain": "*.acme.com"}),
    domain("a number", {"domain": 1}),
    ada("domain null", "PATCH", PAGE, {"domain": None}),
    ada("primary false", "PATCH", NOWHERE, {"primary": False}, "primary"),
    ada("primary a text", "PATCH", NOWHERE, {"primary": "yes"}, "primary"),
    ada("primary missing", "PATCH", NOWHERE, {}, "primary"),
    refused("primary of nothing", NOWHERE, {"primary": True}, "Ada", "PATCH"),
    refused("unmount of nothing", NOWHERE, None, "Ada", "DELETE"),
    refused("verify of nothing", f"{NOWHERE}/verify", None, "Ada", "POST"),
    refused(
        "mount on another's page",
        "/api/v1/status/<bo_page>/mount",
        {"host": "status.acme.com"},
        "Ada",
        "POST",
    ),
)
