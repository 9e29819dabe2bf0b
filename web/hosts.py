"""Hosts as requests name them, brought into the one form in which they are compared. SPEC 3.10."""

import idna

LONGEST = 253


def normal_host(header: str) -> str | None:
    """Return a Host header without port, case, trailing dot or Unicode; None if it is no host."""
    host = header.strip().lower()
    if host.startswith("["):  # an IPv6 address: never a page
        return host.partition("]")[0] + "]"
    host = host.partition(":")[0].removesuffix(".")
    if not host or len(host) > LONGEST:
        return None
    return host if host.isascii() else _ascii(host)


def _ascii(host: str) -> str | None:
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return None
