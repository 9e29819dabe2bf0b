"""The two cookies: a session's, and a device's. Both host-only, HttpOnly, SameSite=Lax.

Over TLS their names begin with `__Host-`: such a cookie a browser takes from this very host over
TLS only. A page's subdomain can plant a cookie of the plain name on the base, which is therefore
not read over TLS.
"""

from datetime import UTC, datetime

from falcon.asgi import Request, Response

from domain.runtime.new_ids import secret_hash
from domain.store.postgres.accounts.devices import DEVICE_DAYS
from domain.store.postgres.accounts.sessions import SESSION_LASTS

SESSION = "hepstatus_session"
DEVICE = "hepstatus_device"
HOST_ONLY = "__Host-"  # RFC 6265bis 4.1.3.2
DAY_S = 86_400
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def name_over(scheme: str, plain: str) -> str:
    """Return what a cookie is called over a scheme."""
    return HOST_ONLY + plain if scheme == "https" else plain


def session_token(req: Request) -> str | None:
    """Return the session's token that came along, if one did that may open anything."""
    return req.cookies.get(name_over(req.scheme, SESSION)) or None


def session_hashes(req: Request) -> list[str]:
    """Return the hashes of every session's token that came along, by either name: to end them."""
    held = (req.cookies.get(name) for name in (HOST_ONLY + SESSION, SESSION))
    return [secret_hash(token) for token in held if token]


def set_session(req: Request, resp: Response, token: str) -> None:
    """Hand out a session's token."""
    _set(req, resp, SESSION, token, int(SESSION_LASTS.total_seconds()))


def unset_session(resp: Response) -> None:
    """Take the session's token away, by both names; what it opened is ended elsewhere."""
    resp.unset_cookie(SESSION, path="/")
    # Falcon's own unsets without `Secure`, and the browser would keep a cookie of this name.
    gone = HOST_ONLY + SESSION
    resp.set_cookie(gone, "", expires=LONG_AGO, path="/", secure=True, same_site="Lax")


def set_device(req: Request, resp: Response, token: str) -> None:
    """Hand out the token by which a browser is known again; it opens nothing."""
    _set(req, resp, DEVICE, token, DEVICE_DAYS * DAY_S)


def device_hash(req: Request) -> str | None:
    """Return the hash of the device's token that came along."""
    token = req.cookies.get(name_over(req.scheme, DEVICE))
    return secret_hash(token) if token else None


def _set(req: Request, resp: Response, name: str, token: str, lasts_s: int) -> None:
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
        resp.unset_cookie(name, path="/")  # of before there was TLS, or of an older release
