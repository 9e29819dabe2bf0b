"""The two cookies: a session's, and a device's. Both host-only, HttpOnly, SameSite=Lax."""

from falcon.asgi import Request, Response

from domain.store.devices import DEVICE_DAYS
from domain.store.mint import secret_hash
from domain.store.sessions import SESSION_LASTS

SESSION = "hepstatus_session"
DEVICE = "hepstatus_device"
DAY_S = 86_400


def set_session(req: Request, resp: Response, token: str) -> None:
    """Hand out a session's token."""
    _set(req, resp, SESSION, token, int(SESSION_LASTS.total_seconds()))


def unset_session(resp: Response) -> None:
    """Take the session's token away; what it opened is ended elsewhere."""
    resp.unset_cookie(SESSION, path="/")


def set_device(req: Request, resp: Response, token: str) -> None:
    """Hand out the token by which a browser is known again; it opens nothing."""
    _set(req, resp, DEVICE, token, DEVICE_DAYS * DAY_S)


def device_hash(req: Request) -> str | None:
    """Return the hash of the device's token that came along."""
    token = req.cookies.get(DEVICE)
    return secret_hash(token) if token else None


def _set(req: Request, resp: Response, name: str, token: str, lasts_s: int) -> None:
    resp.set_cookie(
        name,
        token,
        max_age=lasts_s,
        path="/",
        secure=req.scheme == "https",
        http_only=True,
        same_site="Lax",
    )
