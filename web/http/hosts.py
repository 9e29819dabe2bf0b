"""The host of a request, in the one form in which hosts are compared.

Source: docs/behaviour.md, "Hosts".
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, Final

import idna

from domain.hostnames import NO_HOST, BadHostError

HOST_CHARS_MAX: Final = 253
PORT_MAX: Final = 65_535
_HOST_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
# RFC 3986, 3.2: a host, then optionally a colon and a port, which may be empty.
_HOST_AND_PORT: Final = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:]*)(?::([0-9]{0,5}))?", re.IGNORECASE)
_ABSOLUTE_TARGET: Final = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)(.*)", re.DOTALL)
AUTHORITY: Final = "hepstatus.authority"  # the scope key of an absolute target's authority
HTTP_WITHOUT_HOST: Final = "1.0"  # the version that does not require a Host header


class BadRequestHostError(Exception):
    """The request does not name exactly one host (RFC 9112, 3.2)."""


def split_target(target: bytes) -> tuple[bytes | None, bytes]:
    """Split a request target into its authority, if absolute, and its path with query."""
    absolute = _ABSOLUTE_TARGET.fullmatch(target)
    if absolute is None:
        return None, target
    authority, rest = absolute.groups()
    return authority, rest if rest.startswith(b"/") else b"/" + rest


def requested_host(scope: Mapping[str, Any]) -> str | None:
    """Return the host of a request; None if an HTTP/1.0 request names none.

    Raises BadRequestHostError if the Host header is repeated, malformed, or missing from any other
    request, and if an absolute target names another host: two parsers could read two hosts then.
    """
    headers = [value for name, value in scope["headers"] if name == b"host"]
    authority = scope.get(AUTHORITY)
    if not headers and authority is None and scope["http_version"] == HTTP_WITHOUT_HOST:
        return None
    host = _host_in(headers[0]) if len(headers) == 1 else None
    if host is None or (authority is not None and _host_in(authority) != host):
        raise BadRequestHostError
    return host


def _host_in(authority: bytes) -> str | None:
    return normalize_host_header(authority.decode("utf-8", "replace"))


def normalize_host_header(header: str) -> str | None:
    """Return the host in a Host header in its normal form; None if invalid.

    The port and a trailing dot are removed, upper case becomes lower case, Unicode becomes ASCII.
    """
    parts = _HOST_AND_PORT.fullmatch(header.strip())
    if parts is None or int(parts[2] or 0) > PORT_MAX:
        return None
    name = parts[1].lower()
    if name.startswith("["):  # an IPv6 address: valid, but no page has it as its host
        return name if _is_ipv6(name[1:-1]) else None
    host = _encode_idna(name).removesuffix(".")
    return host if len(host) <= HOST_CHARS_MAX and _HOST_NAME.fullmatch(host) else None


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def to_ascii_host(name: str) -> str:
    """Return a typed host name in ASCII and lower case, without a trailing dot.

    Raises BadHostError if IDN does not allow the name.
    """
    host = _encode_idna(name.lower()).removesuffix(".")
    if name and (not host or not _has_valid_punycode(host)):
        raise BadHostError(NO_HOST)
    return host


def to_unicode_host(host: str) -> str:
    """Return an ASCII host in Unicode; as it is if IDN does not allow it."""
    try:
        return idna.decode(host) if "xn--" in host else host
    except idna.IDNAError:
        return host


def _has_valid_punycode(host: str) -> bool:
    """Return whether all `xn--` labels of an ASCII host, if any, are valid.

    A valid label is the same after it was decoded and encoded again.
    """
    if "xn--" not in host:
        return True
    try:
        return idna.encode(idna.decode(host)).decode() == host
    except idna.IDNAError:
        return False


def _encode_idna(host: str) -> str:
    """Return a host in ASCII; empty if IDN does not allow its Unicode characters."""
    try:
        return host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return ""
