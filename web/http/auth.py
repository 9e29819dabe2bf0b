"""Who asks: a monitor by its key, an owner by the session cookie; and from where."""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

import falcon.asgi

from domain.runtime.new_ids import secret_hash
from domain.store.postgres.accounts.sessions import Holder, holder_of, touch_session
from domain.store.postgres.command_log import Authority
from domain.store.postgres.engine import UNREACHABLE, run
from domain.store.postgres.owned import Credential, credential, touch_key
from web.http.cookies import session_token
from web.http.errors import ApiError
from web.http.rate_limits import READS, take_write
from web.process import Process

log = logging.getLogger(__name__)

USUAL_PORTS = {"http": 80, "https": 443}
OWN_SITES = frozenset({"same-origin", "none"})  # what Sec-Fetch-Site may say; none: typed by hand
MINUTE_S = 60
STAMP_S = 0.2  # how long an answer waits for the note that somebody was here
STAMPS_MAX = 10_000
NO_SESSION = "NO_SESSION"


def no_key() -> ApiError:
    """Return a 401 for a call without a key."""
    return _key_error("NO_KEY", "Send the page's key: Authorization: Bearer hyd_status_…")


def bad_key() -> ApiError:
    """Return a 401 for a key that opens nothing."""
    return _key_error("BAD_KEY", "This key opens no page.")


def _key_error(code: str, sentence: str) -> ApiError:
    return ApiError(401, code, sentence, headers={"WWW-Authenticate": "Bearer"})


def no_session() -> ApiError:
    """Return a 401 for a call without a session."""
    return ApiError(401, NO_SESSION, "Please log in.")


class Gate:
    """Tells who asks. Holds nothing but the minutes in which keys and sessions were last used."""

    def __init__(self, process: Process) -> None:
        """Ask the database of `process`."""
        self._process = process
        self._stamped: dict[str, int] = {}
        self._stamping: set[asyncio.Task[None]] = set()

    async def live_key(self, authority: Authority) -> Credential:
        """Return the key that was presented.

        Raises ApiError 401 if it opens nothing, 403 PAGE_SUSPENDED if its page is suspended.
        """
        found = await run(self._process.engine, credential, authority.value)
        if found is None or found.closed:
            raise bad_key()
        if found.disabled:
            raise _key_error("KEY_DISABLED", "This key is disabled.")
        if found.suspended:
            sentence = "The page of this key is suspended by the operator."
            raise ApiError(403, "PAGE_SUSPENDED", sentence)
        return found

    async def stamp(self, authority: Authority) -> None:
        """Note that a key was used, at most once a minute."""
        if authority.kind == "key" and self._is_first_this_minute(authority.value):
            await self._note(touch_key, authority.value)

    async def _note(self, touch: Callable[..., None], what: str) -> None:
        """Note beside the request: neither a failure nor a delay of it changes an answer."""
        stamping = asyncio.create_task(self._try(touch, what))
        self._stamping.add(stamping)  # the loop itself would forget it
        stamping.add_done_callback(self._stamping.discard)
        await asyncio.wait({stamping}, timeout=STAMP_S)

    async def _try(self, touch: Callable[..., None], what: str) -> None:
        try:
            await run(self._process.engine, touch, what)
        except UNREACHABLE as error:
            log.warning("%s: %s", touch.__name__, error)

    def _is_first_this_minute(self, what: str) -> bool:
        minute = int(time.time()) // MINUTE_S
        if self._stamped.get(what) == minute:
            return False
        if len(self._stamped) > STAMPS_MAX:
            self._stamped.clear()
        self._stamped[what] = minute
        return True

    async def owner(self, req: falcon.asgi.Request) -> Holder:
        """Return whose session it is. Raises ApiError 401 NO_SESSION and 403 BAD_ORIGIN."""
        token = session_token(req)
        holder = await run(self._process.engine, holder_of, secret_hash(token)) if token else None
        if holder is None:
            raise no_session()
        self.refuse_other_sites(req)
        take_write(self._process.pace, req, holder.account_id)
        if self._is_first_this_minute(holder.session_id):
            await self._note(touch_session, holder.session_id)
        return holder

    def refuse_other_sites(self, req: falcon.asgi.Request) -> None:
        """Refuse a write that another site's script asks for. Raises ApiError 403 BAD_ORIGIN."""
        if req.method not in READS and is_of_other_site(req, self._process.settings.base_url):
            raise ApiError(403, "BAD_ORIGIN", "This call comes from another site.")


def bearer(req: falcon.asgi.Request) -> Authority:
    """Return the key that a request presents. Raises ApiError 401 NO_KEY and BAD_KEY."""
    header = req.get_header("Authorization") or ""
    scheme, _, secret = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise no_key() if not header or scheme.lower() == "bearer" else bad_key()
    return Authority("key", secret_hash(secret.strip()))


def is_of_other_site(req: falcon.asgi.Request, base_url: str) -> bool:
    """Tell whether a browser says that a request was made by something else than our own pages.

    A page's own subdomain is the same site to a browser's SameSite rule, so `Origin` is compared
    with the base as a whole: scheme, host and port. Who says nothing of either is no browser.
    """
    origin, site = req.get_header("Origin"), req.get_header("Sec-Fetch-Site")
    is_ours = origin is None or origin.strip().lower() in origins_of(base_url)
    return not is_ours or (site is not None and site.strip().lower() not in OWN_SITES)


@lru_cache(maxsize=8)  # one in a process
def origins_of(base_url: str) -> frozenset[str]:
    """Return how the origin of an address is written: a port that goes without saying may."""
    parts = urlsplit(base_url.lower())
    host = f"{parts.scheme}://{parts.netloc.removesuffix(f':{parts.port}')}"
    usual = USUAL_PORTS[parts.scheme]
    port = parts.port or usual
    return frozenset({f"{host}:{port}", *((host,) if port == usual else ())})
