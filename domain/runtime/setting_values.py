"""Checks of setting values: each returns a problem, or None.

A problem is a predicate ("must be …"): the caller puts the setting's name before it. No problem
repeats a URL, which may contain a password.
"""

import math
import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address, ip_network
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from domain.hostnames import name_problem

Check = Callable[[Any], str | None]

LAST_PORT: Final = 65_535
# SQLAlchemy's form after a scheme: an unencoded / or # may be part of a password there.
_LOCATION: Final = re.compile(
    r"(?:[^:/]*(?::[^@]*)?@)?(?:\[[^/?]+\]|[^/:?]+)?(?::(?P<port>[^/?]*))?(?:[/?].*)?", re.DOTALL
)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")


def any_value(_: object) -> str | None:
    """Accept every value; only its use can show a problem."""
    return None


def one_of(*words: str) -> Check:
    """Return the check for one of some words."""

    def check(value: str) -> str | None:
        return None if value in words else f"must be {' or '.join(words)}, not {value!r}."

    return check


def at_least(minimum: int) -> Check:
    """Return the check for a number that has no upper bound."""

    def check(value: int) -> str | None:
        return None if value >= minimum else f"must be {minimum} or more, not {value}."

    return check


def between(first: int, last: int) -> Check:
    """Return the check for a number from `first` to `last`."""

    def check(value: int) -> str | None:
        return None if first <= value <= last else f"must be {first} to {last}, not {value}."

    return check


def seconds(value: float) -> str | None:
    """Check an interval: a finite number of seconds above 0."""
    if math.isfinite(value) and value > 0:
        return None
    return f"must be a number of seconds above 0, not {value:g}."


def host_name(value: str) -> str | None:
    """Check a host name; a single label (`localhost`) is allowed."""
    name = value.lower()
    problem = name_problem(name, name)
    return f"must be a host name such as hep.gg (it is {value!r})." if problem else None


def dns_name(value: str) -> str | None:
    """Check a DNS-only name; underscores and a trailing dot are allowed."""
    problem = host_name(value.removesuffix(".").replace("_", "x"))
    return f"must be a host name, not {value!r}." if problem else None


def mail_address(value: str) -> str | None:
    """Check a mail address in ASCII, of which variants with `+…` are made."""
    name, _, domain = value.rpartition("@")
    if re.fullmatch(r"[A-Za-z0-9._-]{1,40}", name) and host_name(domain) is None:
        return None
    return f"must be an address such as status@hep.gg, without + and in ASCII, not {value!r}."


def bind_address(value: str) -> str | None:
    """Check an address that a server can listen on."""
    if value == "localhost" or is_address(value):
        return None
    return f"must be an IP address or localhost, not {value!r}."


def address_list(value: str) -> str | None:
    """Check IP addresses that are separated by commas or spaces."""
    for address in addresses(value):
        if not is_address(address):
            return f"must list IP addresses, and {address!r} is none."
    return None


def addresses(text: str) -> list[str]:
    """Return the members of a list that is separated by commas or spaces."""
    return text.replace(",", " ").split()


def is_address(text: str) -> bool:
    """Return whether a text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def proxy_list(value: str) -> str | None:
    """Check addresses and networks as gunicorn does: comma-separated, no host bits set."""
    for part in filter(None, value.split(",")):
        try:
            ip_network("::/0" if part.strip() == "*" else part.strip())
        except ValueError as error:
            rule = "must list addresses and networks, divided by commas, or be *"
            return f"{rule}: {error}."
    return None


def web_address(url: str) -> str | None:
    """Check an address that visitors type."""
    if problem := scheme_problem(url.lower(), ("http", "https"), "https://hep.gg"):
        return problem
    parts = readable(url)
    if parts is None or not parts.hostname:
        return "must name a host, and a port from 1 to 65535 or none, as https://hep.gg does."
    if any(sign in "@?#" or sign.isspace() for sign in url):
        return "must be scheme, host and port alone, as in https://hep.gg."
    return None if is_address(parts.hostname) else _host_problem(parts.hostname)


def _host_problem(host: str) -> str | None:
    problem = host_name(host)
    return f"must have a host in it that can be one: it {problem}" if problem else None


def redis_url(url: str) -> str | None:
    """Check the URL of a Redis or a Redis broker."""
    if problem := scheme_problem(url, ("redis", "rediss"), "redis://host:6379/0"):
        return problem
    parts = readable(url)
    if parts is None or not re.fullmatch(r"/?[0-9]*", parts.path):
        return (
            "must be of the form redis://:password@host:6379/0, with a port from 1 to 65535, the"
            " number of a database, and %2F for a / in the password."
        )
    return None


def database_url(url: str) -> str | None:
    """Check the form of a Postgres URL; no connection is made."""
    form = "postgresql://user:password@host:5432/name"
    allowed = ("postgresql", "postgres", "postgresql+psycopg", "postgres+psycopg")
    if problem := scheme_problem(url.lower(), allowed, form):
        return problem
    match = _LOCATION.fullmatch(url.partition("://")[2])
    if match is None or not _is_port(match["port"] or "1"):
        return f"must be of the form {form}, with a port from 1 to 65535 and %40 for an @ within."
    return None


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and 0 < int(text) <= LAST_PORT


def scheme_problem(url: str, allowed: Sequence[str], example: str) -> str | None:
    """Check that a URL begins with one of the schemes."""
    scheme, sign, _ = url.partition("://")
    if sign and scheme in allowed:
        return None
    # Text that is no scheme may be the beginning of a password.
    actual = f"not with {scheme}://" if sign and _SCHEME.fullmatch(scheme) else "and has no scheme"
    expected = " or ".join(f"{name}://" for name in allowed[:2])
    return f"must begin with {expected}, as {example} does, {actual}."


def readable(url: str) -> SplitResult | None:
    """Return the parts of a URL; None if its host or port can't be read."""
    try:
        parts = urlsplit(url)
        return None if parts.port == 0 else parts
    except ValueError:  # an invalid port, a missing bracket
        return None
