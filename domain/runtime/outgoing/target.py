"""The targets of outgoing requests: which addresses may be asked, and which are refused.

Source: docs/behaviour.md, "Outgoing requests".
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

import dns.exception
import dns.resolver
import idna

from domain.runtime.outgoing.resolver import TRY_S, build_resolver
from domain.runtime.settings import Settings

Address = IPv4Address | IPv6Address
PORTS: Final = (443, 8443)
URL_LIMIT: Final = 2_000
RESOLVE_S: Final = 4.0  # for both kinds of addresses
NAT64: Final = IPv6Network("64:ff9b::/96")
IPV4_MASK: Final = 0xFFFF_FFFF
# Not public either, whatever the release of Python says: protocol assignments, Azure's own address
# within all of its networks, NAT64 of a single network, site-local, documentation.
NOT_PUBLIC: Final = tuple(
    ip_network(text)
    for text in (
        *("192.0.0.0/24", "168.63.129.16/32"),
        *("64:ff9b:1::/48", "fec0::/10", "3fff::/20"),
    )
)
IN_PATH: Final = "/%:@!$&'()*+,;=~-._?"
DEFAULT_PORTS: Final = {"https": 443, "http": 80}


class UncheckedTargetError(Exception):
    """An address that can't be checked at the moment: its sentence is for people."""


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
        """Return the target of an address. Raises BadTargetError, UncheckedTargetError."""
        parts, host, port = self.read(url)
        if self.is_ours(host):
            raise BadTargetError("This address is one of our own. Give one of another system.")
        allowed = self.choose(resolve(host, self.settings))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme, host, port, quote(path, safe=IN_PATH), str(allowed))

    def read(self, url: str) -> tuple[SplitResult, str, int]:
        """Return the parts of an address, its host in ASCII, and its port."""
        try:
            parts = urlsplit(url)
            host, port = to_ascii(parts.hostname or ""), parts.port
        except (ValueError, idna.IDNAError):
            raise BadTargetError("Enter an address that begins with https://.") from None
        has_login = parts.username is not None or parts.password is not None
        is_plain = parts.scheme == "http" and self.settings.outgoing_any
        is_readable = is_one_word(url) and len(url) <= URL_LIMIT
        if not host or has_login or not is_readable or not (parts.scheme == "https" or is_plain):
            raise BadTargetError("Enter an address that begins with https://, without a password.")
        port = DEFAULT_PORTS[parts.scheme] if port is None else port
        if port not in PORTS and not self.settings.outgoing_any:
            raise BadTargetError("Only the ports 443 and 8443 are allowed in an address.")
        return parts, host, port

    def is_ours(self, host: str) -> bool:
        """Return whether a host is the base, below it, or a page's."""
        if any(map(host.endswith, dotted(self.settings.base_domain, self.settings.cname_target))):
            return True
        if host in (self.settings.base_domain, self.settings.cname_target):
            return not (self.settings.outgoing_any and host == "localhost")
        try:
            return self.is_own_host(host)
        except Exception:  # noqa: BLE001 - whatever keeps the answer away
            raise UncheckedTargetError("This address can't be checked at the moment.") from None

    def choose(self, found_addresses: list[Address]) -> Address:
        """Return the address to connect to; all of them must be allowed."""
        if not found_addresses:
            raise BadTargetError("The host of this address was not found.")
        if not all(map(self.is_allowed, found_addresses)):
            raise BadTargetError("The host of this address is not on the public internet.")
        return found_addresses[0]

    def is_allowed(self, address: Address) -> bool:
        """Return whether a request may go to an address."""
        return is_public(address) or (self.settings.outgoing_any and address.is_loopback)


def is_one_word(url: str) -> bool:
    """Return whether a URL has neither blanks nor controls, and no backslash.

    Programs disagree on what a backslash divides.
    """
    return url.isprintable() and "\\" not in url and not any(map(str.isspace, url))


def dotted(*domains: str) -> tuple[str, ...]:
    """Return the ends of all hosts below some domains."""
    return tuple(f".{domain}" for domain in domains)


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
    resolver, ends_at = build_resolver(settings), time.monotonic() + RESOLVE_S
    addresses: list[Address] = []
    for kind in ("A", "AAAA"):
        rest_s = max(ends_at - time.monotonic(), TRY_S / 10)
        with suppress(dns.exception.DNSException):
            answer = resolver.resolve(host, kind, lifetime=rest_s, search=False)
            addresses += [ip_address(str(record)) for record in answer]
    return addresses


def is_public(address: Address) -> bool:
    """Return whether an address is global, and stands for no address that is not."""
    inner = find_inner(address)
    if inner is not None:
        return is_public(inner)
    is_special = address.is_multicast or address.is_reserved
    is_listed = any(address in network for network in NOT_PUBLIC)
    return address.is_global and not is_special and not is_listed


def find_inner(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that a mapped, NAT64 or 6to4 address stands for.

    One of Teredo is never global for Python.
    """
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & IPV4_MASK)
    return address.ipv4_mapped or address.sixtofour
