"""The session cookie and the device cookie: host-only, HttpOnly, SameSite=Lax.

Over TLS their names begin with `__Host-`: a browser accepts such a cookie only from this very host
over TLS. A page's subdomain can set a cookie of the plain name on the base, so that name is not
read over TLS.
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
