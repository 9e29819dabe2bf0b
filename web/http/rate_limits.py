"""Request limits of the API: by address, by key, by account.

Counts live in the process and cost no round trip. Addresses and keys are counted before anything is
read, accounts as soon as the session is known. A request over a limit is answered 429. Page visits
are not counted here: nginx limits them by address (deploy/nginx.conf).
"""

import ipaddress
import logging
import time
from typing import Any

import falcon.asgi
from falcon.asgi import Request, Response

from domain import rate_limits as rules
from domain.calendar import format_wait
from domain.rate_limits import Limit
from domain.runtime import metrics
from domain.runtime.logging import bind_request, request_id_of
from domain.runtime.new_ids import secret_hash
from domain.store.redis.request_counts import RequestCounts
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


log = logging.getLogger(__name__)

HEADER = "X-Request-Id"
NO_ROUTE = "(none)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessLog:
    """Middleware that binds the request id first and logs the request last."""

    async def process_request(self, req: Request, resp: Response) -> None:
        """Read the request id or create one, and return it in `X-Request-Id`."""
        req.context.began_at = time.perf_counter()
        request_id = request_id_of(req.get_header(HEADER))
        bind_request(request_id)
        resp.set_header(HEADER, request_id)

    async def process_response(
        self,
        req: Request,
        resp: Response,
        resource: Any,  # noqa: ANN401 - any resource, or none
        req_succeeded: bool,  # noqa: FBT001 - Falcon's protocol
    ) -> None:
        """Log the request with its route template; the path itself may hold secrets."""
        del resource, req_succeeded
        route = req.uri_template or NO_ROUTE
        method = req.method if req.method in METHODS else "OTHER"
        took_s = time.perf_counter() - req.context.began_at
        fields = {"method": method, "route": route, "status": resp.status_code}
        metrics.REQUESTS.labels(route, method, resp.status_code).inc()
        metrics.REQUEST_S.labels(route, method).observe(took_s)
        log.info("request", extra={**fields, "ms": round(took_s * 1000, 1)})
