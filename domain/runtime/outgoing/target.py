"""The targets of outgoing requests: which addresses may be asked, and which are refused.

Source: docs/behaviour.md, "Outgoing requests".
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

import dns.exception
import dns.resolver
import idna

from domain.runtime.outgoing.resolver import build_resolver
from domain.runtime.settings import Settings

Address = IPv4Address | IPv6Address
PORTS: Final = (443, 8443)
URL_LIMIT: Final = 2_000
RESOLVE_S: Final = 5.0
# NAT64, and addresses that only stand for one of IPv4.
EMBEDDING: Final = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
DEFAULT_PORTS: Final = {"https": 443, "http": 80}


class BadTargetError(Exception):
    """An address that is not asked. Its sentence names no address."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: a connection goes to `address`, and to no other one."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


@dataclass(frozen=True, slots=True)
class Targets:
    """The rules of one system. `is_own_host` may raise: then the host counts as our own."""

    settings: Settings
    is_own_host: Callable[[str], bool]

    def check(self, url: str) -> Target:
        """Return the target of an address. Raises BadTargetError with a sentence."""
        parts, host, port = self.read(url)
        if self.is_ours(host):
            raise BadTargetError("This address is one of our own. Give one of another system.")
        allowed = self.choose(resolve(host, self.settings))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme, host, port, path, str(allowed))

    def read(self, url: str) -> tuple[SplitResult, str, int]:
        """Return the parts of an address, its host in ASCII, and its port."""
        try:
            parts = urlsplit(url)
            host, port = to_ascii(parts.hostname or ""), parts.port
        except (ValueError, idna.IDNAError):
            raise BadTargetError("Enter an address that begins with https://.") from None
        has_login = parts.username is not None or parts.password is not None
        is_plain = parts.scheme == "http" and self.settings.outgoing_any
        is_readable = url.isascii() and url.isprintable() and len(url) <= URL_LIMIT
        if not host or has_login or not is_readable or not (parts.scheme == "https" or is_plain):
            raise BadTargetError("Enter an address that begins with https://, without a password.")
        port = DEFAULT_PORTS[parts.scheme] if port is None else port
        if port not in PORTS and not self.settings.outgoing_any:
            raise BadTargetError("Only the ports 443 and 8443 are allowed in an address.")
        return parts, host, port

    def is_ours(self, host: str) -> bool:
        """Return whether a host is the base, below it, or a page's."""
        base = self.settings.base_domain
        if host == base or host.endswith(f".{base}"):
            return not (self.settings.outgoing_any and host == "localhost")
        try:
            return self.is_own_host(host)
        except Exception:  # noqa: BLE001 - whatever keeps the answer away
            raise BadTargetError("This address can't be checked at the moment.") from None

    def choose(self, found_addresses: list[Address]) -> Address:
        """Return the address to connect to; all of them must be allowed."""
        if not found_addresses:
            raise BadTargetError("The host of this address was not found.")
        if not self.settings.outgoing_any and not all(map(is_public, found_addresses)):
            raise BadTargetError("The host of this address is not on the public internet.")
        return found_addresses[0]


def to_ascii(host: str) -> str:
    """Return a host as DNS knows it. Raises IDNAError."""
    name = host.lower().removesuffix(".")
    return name if name.isascii() else idna.encode(name, uts46=True).decode()


def resolve(host: str, settings: Settings) -> list[Address]:
    """Return the addresses of a host, IPv4 first; none if it has none."""
    try:
        return [ip_address(host)]
    except ValueError:
        pass
    if settings.outgoing_any and host == "localhost":
        return [IPv4Address("127.0.0.1")]
    resolver = build_resolver(settings)
    addresses: list[Address] = []
    for kind in ("A", "AAAA"):
        try:
            answer = resolver.resolve(host, kind, lifetime=RESOLVE_S)
        except dns.exception.DNSException:
            continue
        addresses += [ip_address(str(record)) for record in answer]
    return addresses


def is_public(address: Address) -> bool:
    """Return whether an address is global, and stands for no address that is not."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded or address.teredo or any(address in network for network in EMBEDDING):
        return False
    return address.is_global and not address.is_multicast
