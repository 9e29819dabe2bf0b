"""Hosts as requests name them, brought into the one form in which they are compared. SPEC 3.10."""

import re

import idna

from domain.host_names import BadHostError

LONGEST = 253
NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def normal_host(header: str) -> str | None:
    """Return a Host header without port, case, trailing dot or Unicode; None if it is no host."""
    host = header.strip().lower()
    if host.startswith("["):  # an IPv6 address: never a page
        host = host.partition("]")[0] + "]"
        return host if len(host) <= LONGEST else None
    host = _ascii(host.partition(":")[0]).removesuffix(".")
    return host if len(host) <= LONGEST and NAME.fullmatch(host) else None


def ascii_form(name: str) -> str:
    """Return a typed name as hosts are compared: in ASCII, lower case, without a trailing dot.

    Raises BadHostError for what IDN does not know.
    """
    found = _ascii(name.lower()).removesuffix(".")
    if name and (not found or not _is_idn(found)):
        raise BadHostError("must be a host name: it holds a character that no host name has.")
    return found


def unicode_form(host: str) -> str:
    """Return a host as people write it; as it is where IDN does not know it."""
    try:
        return idna.decode(host) if "xn--" in host else host
    except idna.IDNAError:
        return host


def _is_idn(host: str) -> bool:
    """Tell whether what is encoded in a name can be decoded, and is not encoded otherwise."""
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
