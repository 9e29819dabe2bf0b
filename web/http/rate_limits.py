"""Request limits of the API: by address, by key, by account.

Counts live in the process and cost no round trip. Addresses and keys are counted before anything is
read, accounts as soon as the session is known. A request over a limit is answered 429. Page visits
are not counted here: nginx limits them by address (deploy/nginx.conf).
"""

from falcon.asgi import Request, Response

from domain import rate_limits as rules
from domain.rate_limits import Limit
from domain.runtime.new_ids import secret_hash
from domain.store.redis.request_counts import RequestCounts
from web.api.accounts.attempts import duration
from web.http.client_address import address_of
from web.http.errors import ApiError

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
            f" Please try again in {duration(wait_s)}."
        )
        raise ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})


def take_write(pace: RequestCounts, req: Request, account_id: str) -> None:
    """Count a write of an account; reads are free. Raises ApiError 429."""
    if req.method not in READS:
        count_request(pace, rules.ACCOUNT_WRITES, account_id)
