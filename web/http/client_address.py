"""The client's address as limits count it, and the scheme it used.

gunicorn's worker has put the client into the scope by then: the peer, or if that is one of
`TRUSTED_PROXIES` (web/gunicorn.conf.py), the rightmost hop of X-Forwarded-For that is none.
"""

import ipaddress

import falcon.asgi

FORWARDED_PROTO = b"x-forwarded-proto"
UNKNOWN = "unknown"  # a socket without an address, or an invalid one: counted together
NETWORK_BITS = 64  # an IPv6 client has all addresses of its /64


def address_of(req: falcon.asgi.Request) -> str:
    """Return the client's IPv4 address, or the /64 network of its IPv6 address."""
    client = req.scope.get("client")
    return network_of(client[0]) if client else UNKNOWN


def network_of(host: str) -> str:
    """Return the counting key of an address: IPv4, or the /64 network of IPv6."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), NETWORK_BITS), strict=False))


def first_scheme(forwarded: bytes) -> bytes:
    """Return the client's own scheme from an X-Forwarded-Proto header.

    Proxies in a row append theirs, and some write it in capitals. The sender decides whether the
    header is trusted (`TRUSTED_PROXIES`).
    """
    return forwarded.partition(b",")[0].strip().lower()
