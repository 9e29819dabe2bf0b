"""Hosts of requests, normalised for comparison.

Source: docs/behaviour.md, "Hosts".
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, Final

import idna

from domain.hostnames import BadHostError

LONGEST: Final = 253
LAST_PORT: Final = 65_535
NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
# RFC 3986 3.2: a host, and optionally a colon and a port, which may be empty.
_AUTHORITY: Final = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:]*)(?::([0-9]{0,5}))?", re.IGNORECASE)
_ABSOLUTE: Final = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)(.*)", re.DOTALL)
AUTHORITY: Final = "hepstatus.authority"  # the scope key for the authority of an absolute target
OLD_HTTP: Final = "1.0"  # the version in which Host is optional


class BadRequestHostError(Exception):
    """The request does not name exactly one host (RFC 9112, 3.2)."""


def split_target(target: bytes) -> tuple[bytes | None, bytes]:
    """Return the authority of an absolute target or None, and the path with query."""
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None:
        return None, target
    authority, rest = absolute.groups()
    return authority, rest if rest.startswith(b"/") else b"/" + rest


def requested_host(scope: Mapping[str, Any]) -> str | None:
    """Return the host of a request; None if absent, which HTTP/1.0 allows.

    Raises BadRequestHostError for two Host headers, for a malformed one, and for an absolute target
    of another host: two parsers of such a request could read two hosts.
    """
    lines = [value for name, value in scope["headers"] if name == b"host"]
    authority = scope.get(AUTHORITY)
    if not lines and authority is None and scope["http_version"] == OLD_HTTP:
        return None
    host = _host_in(lines[0]) if len(lines) == 1 else None
    if host is None or (authority is not None and _host_in(authority) != host):
        raise BadRequestHostError
    return host


def _host_in(authority: bytes) -> str | None:
    return normal_host(authority.decode("utf-8", "replace"))


def normal_host(header: str) -> str | None:
    """Return a Host header normalised, or None if it is no host.

    Port, case, trailing dot and Unicode are removed.
    """
    parts = _AUTHORITY.fullmatch(header.strip())
    if parts is None or int(parts[2] or 0) > LAST_PORT:
        return None
    name = parts[1].lower()
    if name.startswith("["):  # never a page host
        return name if _is_ipv6(name[1:-1]) else None
    host = _ascii(name).removesuffix(".")
    return host if len(host) <= LONGEST and NAME.fullmatch(host) else None


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def ascii_form(name: str) -> str:
    """Return a typed name as hosts are compared: ASCII, lower case, no trailing dot.

    Raises BadHostError if IDN does not allow the name.
    """
    host = _ascii(name.lower()).removesuffix(".")
    if name and (not host or not _is_idn(host)):
        raise BadHostError("must be a host name: it holds a character that no host name has.")
    return host


def unicode_form(host: str) -> str:
    """Return a host in Unicode, or unchanged if IDN does not know it."""
    try:
        return idna.decode(host) if "xn--" in host else host
    except idna.IDNAError:
        return host


def _is_idn(host: str) -> bool:
    """Return whether the encoded labels of a name decode and re-encode identically."""
    if "xn--" not in host:
        return True
    try:
        return idna.encode(idna.decode(host)).decode() == host
    except idna.IDNAError:
        return False


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return ""
