"""Limits of the API: requests by address, key and account, and password attempts.

Counts of requests live in the process and cost no round trip. Addresses and keys are counted before
anything is read, accounts as soon as the session is known. A request over a limit is answered 429.
Page visits are not counted here: nginx limits them by address (deploy/nginx.conf).

A password attempt is counted before its hash, which limits concurrent guesses too, and refunded
unless the password was wrong.
"""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import falcon.asgi
from falcon.asgi import Request, Response

from domain.calendar import format_wait
from domain.runtime.credentials import email_key
from domain.runtime.new_ids import secret_hash
from domain.store.redis.rate_limits import rules
from domain.store.redis.rate_limits.rate_counts import AttemptCounts
from domain.store.redis.rate_limits.request_counts import RequestCounts
from domain.store.redis.rate_limits.rules import Limit
from web.http.errors import ApiError

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


API = "/api/"
READS = frozenset({"GET", "HEAD", "OPTIONS"})
SUBJECTS = {
    rules.KEY_WRITES: "writes with this key",
    rules.KEY_READS: "reads with this key",
    rules.ACCOUNT_WRITES: "writes for this account",
    rules.ADDRESS_REQUESTS: "requests from this address",
}


class RateLimiter:
    """Middleware that counts requests by address and by key."""

    def __init__(self, pace: RequestCounts) -> None:
        """Use the counts of a process."""
        self._pace = pace

    async def process_request(self, req: Request, resp: Response) -> None:
        """Count a request to the API. Raises ApiError 429."""
        del resp
        if not req.path.startswith(API):
            return
        count_request(self._pace, rules.ADDRESS_REQUESTS, address_of(req))
        header = req.get_header("Authorization")
        if header:
            limit = rules.KEY_READS if req.method in READS else rules.KEY_WRITES
            count_request(self._pace, limit, secret_hash(header.strip().partition(" ")[2].strip()))


def count_request(pace: RequestCounts, limit: Limit, subject: str) -> None:
    """Count one request. Raises ApiError 429 with the seconds to wait over the limit."""
    wait_s = pace.hit(limit, subject)
    if wait_s is not None:
        sentence = (
            f"Too many {SUBJECTS[limit]}: at most {limit.amount:,} in {limit.window_s} seconds."
            f" Please try again in {format_wait(wait_s)}."
        )
        raise ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})


def take_write(pace: RequestCounts, req: Request, account_id: str) -> None:
    """Count a write of an account; reads are free. Raises ApiError 429."""
    if req.method not in READS:
        count_request(pace, rules.ACCOUNT_WRITES, account_id)


Count: TypeAlias = tuple[Limit, tuple[str, ...]]
BAD_LOGIN = "BAD_LOGIN"


def login_counts(address: str, email: str, device: str | None) -> tuple[Count, ...]:
    """Return the limits of a login; `device` is the hash of a known token.

    A recognized device has its own limit, so attempts of strangers do not affect it. The limits
    are the same whether or not the e-mail has an account.
    """
    account = email_key(email)
    if device is not None:
        return ((rules.LOGIN_DEVICE, (account, device)),)
    return (
        (rules.LOGIN_ADDRESS, (address,)),
        (rules.LOGIN_PAIR, (account, address)),
        (rules.LOGIN_STRANGERS, (account,)),
    )


@dataclass(frozen=True, slots=True)
class Attempts:
    """Counter of password attempts, with the limits of a process."""

    limits: AttemptCounts

    @asynccontextmanager
    async def count_attempt(self, *counts: Count) -> AsyncIterator[None]:
        """Count an attempt; keep the count only if it ends with BAD_LOGIN.

        Raises ApiError 429 before the attempt; a rejected attempt is not counted.
        """
        await self.take(*counts)
        try:
            yield
        except Exception as error:
            if not (isinstance(error, ApiError) and error.code == BAD_LOGIN):
                await self._undo_hits(counts)
            raise
        await self._undo_hits(counts)

    async def take(self, *counts: Count) -> None:
        """Count one in each limit; if one is exhausted, count none. Raises ApiError 429."""
        for position, (limit, parts) in enumerate(counts, start=1):
            wait_s = await self.limits.hit(limit, *parts)
            if wait_s is not None:
                await self._undo_hits(counts[:position])
                raise too_many_attempts(wait_s)

    async def _undo_hits(self, counts: tuple[Count, ...]) -> None:
        for limit, parts in counts:
            await self.limits.undo_hit(limit, *parts)


def too_many_attempts(wait_s: int) -> ApiError:
    """Return a 429 with the time to the next attempt."""
    sentence = f"Too many attempts. Please try again in {format_wait(wait_s)}."
    return ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})
