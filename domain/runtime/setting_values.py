"""What values a setting can have: each check tells what is wrong with one, or returns None.

Sentences are predicates ("must be …"): whoever asks puts the setting's name before them. None of
them repeats a URL: it may hold a password.
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
# What SQLAlchemy reads after a scheme: an unencoded / or # may be part of a password there.
_PLACE: Final = re.compile(
    r"(?:[^:/]*(?::[^@]*)?@)?(?:\[[^/?]+\]|[^/:?]+)?(?::(?P<port>[^/?]*))?(?:[/?].*)?", re.DOTALL
)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")


def anything(_: object) -> str | None:
    """Find nothing wrong: only its use tells."""
    return None


def one_of(*words: str) -> Check:
    """Return the check for one of some words."""

    def check(given: str) -> str | None:
        return None if given in words else f"must be {' or '.join(words)}, not {given!r}."

    return check


def at_least(least: int) -> Check:
    """Return the check for a number that has no upper bound."""

    def check(given: int) -> str | None:
        return None if given >= least else f"must be {least} or more, not {given}."

    return check


def between(first: int, last: int) -> Check:
    """Return the check for a number from `first` to `last`."""

    def check(given: int) -> str | None:
        return None if first <= given <= last else f"must be {first} to {last}, not {given}."

    return check


def seconds(given: float) -> str | None:
    """Check an interval: without one a program would do nothing else, or nothing at all."""
    if math.isfinite(given) and given > 0:
        return None
    return f"must be a number of seconds above 0, not {given:g}."


def host_name(given: str) -> str | None:
    """Check a host name, of one part as well (`localhost`)."""
    name = given.lower()
    problem = name_problem(name, name)
    return f"{problem.removesuffix('.')} (it is {given!r})." if problem else None


def dns_name(given: str) -> str | None:
    """Check a name that only DNS has to know: an underscore and the root's dot are fine."""
    problem = host_name(given.removesuffix(".").replace("_", "x"))
    return f"must be a host name, not {given!r}." if problem else None


def bind_address(given: str) -> str | None:
    """Check what a server can listen on."""
    if given == "localhost" or _is_address(given):
        return None
    return f"must be an IP address or localhost, not {given!r}."


def address_list(given: str) -> str | None:
    """Check IP addresses that are divided by commas or blanks."""
    for address in addresses(given):
        if not _is_address(address):
            return f"must list IP addresses, and {address!r} is none."
    return None


def addresses(listed: str) -> list[str]:
    """Return the members of a list that is divided by commas or blanks."""
    return listed.replace(",", " ").split()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def proxy_list(given: str) -> str | None:
    """Check addresses and networks as gunicorn does: divided by commas, no bits beside a mask."""
    for part in filter(None, given.split(",")):
        try:
            ip_network("::/0" if part.strip() == "*" else part.strip())
        except ValueError as error:
            wanted = "must list addresses and networks, divided by commas, or be *"
            return f"{wanted}: {error}."
    return None


def web_address(url: str) -> str | None:
    """Check an address that visitors type."""
    if problem := _scheme_problem(url.lower(), ("http", "https"), "https://hep.gg"):
        return problem
    parts = _readable(url)
    if parts is None or not parts.hostname:
        return "must name a host, and a port from 1 to 65535 or none, as https://hep.gg does."
    if any(sign in "@?#" or sign.isspace() for sign in url):
        return "must be scheme, host and port alone, as in https://hep.gg."
    return None if _is_address(parts.hostname) else _host_problem(parts.hostname)


def _host_problem(host: str) -> str | None:
    problem = host_name(host)
    return f"must have a host in it that can be one: it {problem}" if problem else None


def redis_url(url: str) -> str | None:
    """Check the URL of a Redis. A broker is one as well: its queues are asked for their lengths."""
    if problem := _scheme_problem(url, ("redis", "rediss"), "redis://host:6379/0"):
        return problem
    parts = _readable(url)
    if parts is None or not re.fullmatch(r"/?[0-9]*", parts.path):
        return (
            "must be of the form redis://:password@host:6379/0, with a port from 1 to 65535, the"
            " number of a database, and %2F for a / in the password."
        )
    return None


def database_url(url: str) -> str | None:
    """Check the URL of a Postgres. Only the driver can tell whether somebody is there."""
    form = "postgresql://user:password@host:5432/name"
    allowed = ("postgresql", "postgres", "postgresql+psycopg", "postgres+psycopg")
    if problem := _scheme_problem(url.lower(), allowed, form):
        return problem
    place = _PLACE.fullmatch(url.partition("://")[2])
    if place is None or not _is_port(place["port"] or "1"):
        return f"must be of the form {form}, with a port from 1 to 65535 and %40 for an @ within."
    return None


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and 0 < int(text) <= LAST_PORT


def _scheme_problem(url: str, allowed: Sequence[str], example: str) -> str | None:
    scheme, sign, _ = url.partition("://")
    if sign and scheme in allowed:
        return None
    # What is no scheme may be the beginning of a password.
    found = f"not with {scheme}://" if sign and _SCHEME.fullmatch(scheme) else "and has no scheme"
    wanted = " or ".join(f"{name}://" for name in allowed[:2])
    return f"must begin with {wanted}, as {example} does, {found}."


def _readable(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return None if parts.port == 0 else parts
    except ValueError:  # a port that is none, a bracket too few
        return None
