"""How often the API may be asked: by one address, with one key, for one account.

Counted in the process, at no cost in trips: addresses and keys before anything is read or looked
up, accounts as soon as it is known whose session it is. What is over a limit is answered 429 and
leaves nothing behind but its address's count. Visitors of pages are not counted here: they are
served from memory, and nginx bounds an address (deploy/nginx.conf).
"""

from falcon.asgi import Request, Response

from domain import rate_limits as rules
from domain.rate_limits import Limit
from domain.runtime.new_ids import secret_hash
from domain.store.redis.request_counts import Pace
from web.api.accounts.attempts import duration
from web.http.client_address import address_of
from web.http.errors import ApiError

API = "/api/"
READS = frozenset({"GET", "HEAD", "OPTIONS"})
SAID = {
    rules.KEY_WRITES: "writes with this key",
    rules.KEY_READS: "reads with this key",
    rules.ACCOUNT_WRITES: "writes for this account",
    rules.ADDRESS_REQUESTS: "requests from this address",
}


class Pacing:
    """Middleware: the first to see a request, after its id is known."""

    def __init__(self, pace: Pace) -> None:
        """Count with the counts of a process."""
        self._pace = pace

    async def process_request(self, req: Request, resp: Response) -> None:
        """Count a request to the API. Raises ApiError 429."""
        del resp
        if not req.path.startswith(API):
            return
        take(self._pace, rules.ADDRESS_REQUESTS, address_of(req))
        header = req.get_header("Authorization")
        if header:
            limit = rules.KEY_READS if req.method in READS else rules.KEY_WRITES
            take(self._pace, limit, secret_hash(header.strip().partition(" ")[2].strip()))


def take(pace: Pace, limit: Limit, part: str) -> None:
    """Count one. Raises ApiError 429 with the seconds to wait if it is one too many."""
    wait_s = pace.hit(limit, part)
    if wait_s is not None:
        sentence = (
            f"Too many {SAID[limit]}: at most {limit.amount:,} in {limit.window_s} seconds."
            f" Please try again in {duration(wait_s)}."
        )
        raise ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})


def take_write(pace: Pace, req: Request, account_id: str) -> None:
    """Count a write for an account; a read is none. Raises ApiError 429."""
    if req.method not in READS:
        take(pace, rules.ACCOUNT_WRITES, account_id)
