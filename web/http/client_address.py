"""From where a request comes, as limits count it, and by which scheme.

gunicorn's worker has put the client into the scope by then: the peer, or if that is one of
`TRUSTED_PROXIES` (web/gunicorn.conf.py), the rightmost hop of X-Forwarded-For that is none.
"""

import ipaddress

import falcon.asgi

FORWARDED_PROTO = b"x-forwarded-proto"
UNKNOWN = "unknown"  # a socket without an address, or a proxy that tells nonsense: all are one
NETWORK_BITS = 64  # of IPv6 whoever has one address has as many as they like below it


def address_of(req: falcon.asgi.Request) -> str:
    """Return the client's IPv4 address, or the /64 network of its IPv6 address."""
    client = req.scope.get("client")
    return network_of(client[0]) if client else UNKNOWN


def network_of(host: str) -> str:
    """Return what stands for an address when it is counted."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), NETWORK_BITS), strict=False))


def first_scheme(forwarded: bytes) -> bytes:
    """Return the scheme that the client itself used, of an X-Forwarded-Proto header.

    Proxies in a row append theirs, and some write it in capitals. Whether the header is believed is
    decided by who sent it (`TRUSTED_PROXIES`).
    """
    return forwarded.partition(b",")[0].strip().lower()
