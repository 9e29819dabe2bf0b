"""Hosts as requests name them, brought into the one form in which they are compared. SPEC 3.10."""

import re

import idna

LONGEST = 253
NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def normal_host(header: str) -> str | None:
    """Return a Host header without port, case, trailing dot or Unicode; None if it is no host."""
    host = header.strip().lower()
    if host.startswith("["):  # an IPv6 address: never a page
        return host.partition("]")[0] + "]"
    host = _ascii(host.partition(":")[0]).removesuffix(".")
    return host if len(host) <= LONGEST and NAME.fullmatch(host) else None


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return ""
