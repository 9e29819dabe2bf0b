"""Authentication: a monitor by its key, an owner by the session cookie and origin."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import falcon.asgi
from falcon.asgi import Request, Response

from domain.calendar import MINUTE_S
from domain.runtime.new_ids import secret_hash
from domain.store.postgres.accounts import SESSION_LASTS
from domain.store.postgres.command_log import Authority
from domain.store.postgres.engine import UNREACHABLE, run
from domain.store.postgres.owned import Credential, credential, touch_key
from domain.store.postgres.sessions import DEVICE_DAYS, Holder, holder_of, touch_session
from domain.store.redis.rate_limits.request_counts import RequestCounts
from web.http.errors import ApiError
from web.http.rate_limits import READS, take_write

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

SESSION = "hepstatus_session"
DEVICE = "hepstatus_device"
HOST_ONLY = "__Host-"  # RFC 6265bis 4.1.3.2
DAY_S = 86_400
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def name_over(scheme: str, plain: str) -> str:
    """Return the name of a cookie over a scheme."""
    return HOST_ONLY + plain if scheme == "https" else plain


def session_token(req: Request) -> str | None:
    """Return the session token of a request, if the cookie is present."""
    return req.cookies.get(name_over(req.scheme, SESSION)) or None


def session_hashes(req: Request) -> list[str]:
    """Return the hashes of all session tokens of a request, by either cookie name.

    Logout ends every one of them.
    """
    tokens = (req.cookies.get(name) for name in (HOST_ONLY + SESSION, SESSION))
    return [secret_hash(token) for token in tokens if token]


def set_session(req: Request, resp: Response, token: str) -> None:
    """Set the session cookie."""
    _set_cookie(req, resp, SESSION, token, int(SESSION_LASTS.total_seconds()))


def unset_session(resp: Response) -> None:
    """Delete the session cookie by both names; the session itself ends elsewhere."""
    resp.unset_cookie(SESSION, path="/")
    # Falcon unsets without `Secure`, and a browser would then keep a `__Host-` cookie.
    host_only_name = HOST_ONLY + SESSION
    resp.set_cookie(host_only_name, "", expires=LONG_AGO, path="/", secure=True, same_site="Lax")


def set_device(req: Request, resp: Response, token: str) -> None:
    """Set the cookie that identifies a known browser; it grants no access."""
    _set_cookie(req, resp, DEVICE, token, DEVICE_DAYS * DAY_S)


def device_hash(req: Request) -> str | None:
    """Return the hash of the device token of a request."""
    token = req.cookies.get(name_over(req.scheme, DEVICE))
    return secret_hash(token) if token else None


def _set_cookie(req: Request, resp: Response, name: str, token: str, lasts_s: int) -> None:
    resp.set_cookie(
        name_over(req.scheme, name),
        token,
        max_age=lasts_s,
        path="/",
        secure=req.scheme == "https",
        http_only=True,
        same_site="Lax",
    )
    if req.scheme == "https" and name in req.cookies:
        resp.unset_cookie(name, path="/")  # from before TLS, or from an older release


log = logging.getLogger(__name__)

USUAL_PORTS = {"http": 80, "https": 443}
OWN_SITES = frozenset({"same-origin", "none"})  # of Sec-Fetch-Site; none: a typed address
STAMP_S = 0.2  # the longest delay of an answer by recording a use
STAMPS_MAX = 10_000
NO_SESSION = "NO_SESSION"


def missing_key_error() -> ApiError:
    """Return a 401 for a call without a key."""
    return _key_error(
        "NO_KEY", "Send an API key of the page in this form: Authorization: Bearer hyd_status_…"
    )


def bad_key() -> ApiError:
    """Return a 401 for an unknown or closed key."""
    return _key_error(
        "BAD_KEY",
        "This API key is unknown or was deleted. Create a key in the dashboard, under API keys.",
    )


def _key_error(code: str, sentence: str) -> ApiError:
    return ApiError(401, code, sentence, headers={"WWW-Authenticate": "Bearer"})


def no_session() -> ApiError:
    """Return a 401 for a call without a session."""
    return ApiError(401, NO_SESSION, "Log in to continue.")


class Authenticator:
    """Authenticates requests; keeps only the minute of last use by key and session."""

    def __init__(self, engine: "AsyncEngine", pace: RequestCounts, base_url: str) -> None:
        """Count the writes of owners by `pace`; reject those of sites other than `base_url`."""
        self._engine, self._pace, self._base_url = engine, pace, base_url
        self._stamped: dict[str, int] = {}
        self._stamping: set[asyncio.Task[None]] = set()

    async def live_key(self, authority: Authority) -> Credential:
        """Return the credential of the presented key.

        Raises ApiError 401 if the key is unknown, closed or disabled, 403 PAGE_SUSPENDED if its
        page is suspended.
        """
        key = await run(self._engine, credential, authority.value)
        if key is None or key.closed:
            raise bad_key()
        if key.disabled:
            raise _key_error(
                "KEY_DISABLED",
                "This API key is disabled. Enable the key in the dashboard, under API keys.",
            )
        if key.suspended:
            sentence = "The operator has suspended the page of this API key."
            raise ApiError(403, "PAGE_SUSPENDED", sentence)
        return key

    async def note_use(self, authority: Authority) -> None:
        """Record the use of a key, at most once a minute."""
        if authority.kind == "key" and self._is_first_this_minute(authority.value):
            await self._record(touch_key, authority.value)

    async def _record(self, touch: Callable[..., None], identifier: str) -> None:
        """Record a use in the background; a failure or delay changes no answer."""
        task = asyncio.create_task(self._try_touch(touch, identifier))
        self._stamping.add(task)  # the loop keeps only a weak reference
        task.add_done_callback(self._stamping.discard)
        await asyncio.wait({task}, timeout=STAMP_S)

    async def _try_touch(self, touch: Callable[..., None], identifier: str) -> None:
        try:
            await run(self._engine, touch, identifier)
        except UNREACHABLE as error:
            log.warning("%s: %s", touch.__name__, error)

    def _is_first_this_minute(self, identifier: str) -> bool:
        minute = int(time.time()) // MINUTE_S
        if self._stamped.get(identifier) == minute:
            return False
        if len(self._stamped) > STAMPS_MAX:
            self._stamped.clear()
        self._stamped[identifier] = minute
        return True

    async def owner(self, req: falcon.asgi.Request) -> Holder:
        """Return the owner of the session. Raises ApiError 401 NO_SESSION and 403 BAD_ORIGIN."""
        token = session_token(req)
        holder = await run(self._engine, holder_of, secret_hash(token)) if token else None
        if holder is None:
            raise no_session()
        self.refuse_other_sites(req)
        take_write(self._pace, req, holder.account_id)
        if self._is_first_this_minute(holder.session_id):
            await self._record(touch_session, holder.session_id)
        return holder

    def refuse_other_sites(self, req: falcon.asgi.Request) -> None:
        """Reject a write from another site's script. Raises ApiError 403 BAD_ORIGIN."""
        if req.method not in READS and is_cross_site(req, self._base_url):
            raise ApiError(403, "BAD_ORIGIN", "This call comes from another site.")


def parse_bearer(req: falcon.asgi.Request) -> Authority:
    """Return the key of a request's header. Raises ApiError 401 NO_KEY.

    A header of another scheme holds no key: the sentence of NO_KEY tells how to send one.
    """
    header = req.get_header("Authorization") or ""
    scheme, _, secret = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise missing_key_error()
    return Authority("key", secret_hash(secret.strip()))


def require_verified(holder: Holder, deed: str) -> None:
    """Refuse an account without a confirmed e-mail. Raises ApiError 403 EMAIL_UNVERIFIED.

    `deed` completes the sentence "Confirm your e-mail address before you …".
    """
    if not holder.is_verified:
        sentence = f"Confirm your e-mail address before you {deed}: open the link in our mail."
        raise ApiError(403, "EMAIL_UNVERIFIED", sentence)


def is_cross_site(req: falcon.asgi.Request, base_url: str) -> bool:
    """Return whether the browser reports a page of another site as the source.

    A page's own subdomain is the same site to a browser's SameSite rule, so `Origin` is compared
    with the base as a whole: scheme, host and port. A client that sends neither header is no
    browser.
    """
    origin, site = req.get_header("Origin"), req.get_header("Sec-Fetch-Site")
    is_own_origin = origin is None or origin.strip().lower() in origins_of(base_url)
    return not is_own_origin or (site is not None and site.strip().lower() not in OWN_SITES)


@lru_cache(maxsize=8)  # one base URL in a process
def origins_of(base_url: str) -> frozenset[str]:
    """Return the ways to write an address's origin: its usual port may be absent."""
    parts = urlsplit(base_url.lower())
    host = f"{parts.scheme}://{parts.netloc.removesuffix(f':{parts.port}')}"
    usual_port = USUAL_PORTS[parts.scheme]
    port = parts.port or usual_port
    return frozenset({f"{host}:{port}", *((host,) if port == usual_port else ())})
