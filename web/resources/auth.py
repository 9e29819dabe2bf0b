"""Sign-up, login, logout and who one is. Not commands: see domain.store.accounts."""

from falcon.asgi import Request, Response

from domain.account.credentials import PASSWORD_LIMIT, email_problem, password_problem
from domain.store import accounts
from domain.store.engine import run
from domain.store.mint import mint, mint_session, secret_hash
from web.answers import write_data
from web.auth import COOKIE, Gate, refuse_other_sites
from web.bodies.owner import Credentials
from web.describe import describes
from web.errors import ApiError, invalid
from web.media import decode_body, read_body
from web.operations import accounts as said
from web.passwords import Passwords
from web.process import Process
from web.views.accounts import Account, me
from web.views.wire import Nothing

DAY_S = 86_400
BAD_LOGIN = ApiError(401, "BAD_LOGIN", "This e-mail and password do not match.")


class Door:
    """What sign-up and login share: reading credentials and opening a session."""

    def __init__(self, process: Process, passwords: Passwords) -> None:
        """Keep accounts in the database of `process`."""
        self._engine = process.engine
        self._passwords = passwords

    async def credentials(self, req: Request) -> Credentials:
        """Return e-mail and password. Raises ApiError 400, 403 BAD_ORIGIN."""
        refuse_other_sites(req)
        return decode_body(await read_body(req), Credentials)

    async def open_session(self, req: Request, resp: Response, account_id: str) -> None:
        """Begin a session and hand out its cookie; one that was there before ends."""
        if old := req.cookies.get(COOKIE):
            await run(self._engine, accounts.close_session, secret_hash(old))
        token = mint_session()
        session = (mint("n"), account_id, secret_hash(token))
        await run(self._engine, accounts.open_session, *session)
        set_cookie(req, resp, token)


def set_cookie(req: Request, resp: Response, token: str) -> None:
    """Set the session cookie: host-only, HttpOnly, SameSite=Lax, Secure over TLS."""
    resp.set_cookie(
        COOKIE,
        token,
        max_age=accounts.SESSION_DAYS * DAY_S,
        path="/",
        secure=req.scheme == "https",
        http_only=True,
        same_site="Lax",
    )


class Signup(Door):
    """`POST /api/v1/auth/signup`."""

    @describes(said.SIGN_UP)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Make an account and log in."""
        body = await self.credentials(req)
        if problem := email_problem(body.email):
            raise invalid(problem, "email")
        if problem := password_problem(body.password):
            raise invalid(problem, "password")
        hashed = await self._passwords.hash(body.password)
        account_id = mint("a")
        if not await run(self._engine, accounts.create_account, account_id, body.email, hashed):
            taken = "There is an account with this e-mail already."
            raise ApiError(409, "CONFLICT", taken, {"email": taken})
        await self.open_session(req, resp, account_id)
        account: Account = {"id": account_id, "email": body.email}
        write_data(resp, account, 201)


class Login(Door):
    """`POST /api/v1/auth/login`."""

    @describes(said.LOG_IN)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Log in; unknown and wrong look, and take, the same."""
        body = await self.credentials(req)
        login = await run(self._engine, accounts.login_of, body.email)
        stored = login.password_hash if login else None
        given = body.password[: PASSWORD_LIMIT + 1]
        if not await self._passwords.matches(given, stored) or login is None:
            raise BAD_LOGIN
        await self.open_session(req, resp, login.account_id)
        account: Account = {"id": login.account_id, "email": login.email}
        write_data(resp, account)


class Logout:
    """`POST /api/v1/auth/logout`."""

    def __init__(self, process: Process) -> None:
        """End sessions in the database of `process`."""
        self._engine = process.engine

    @describes(said.LOG_OUT)
    async def on_post(self, req: Request, resp: Response) -> None:
        """End the session, if there is one."""
        refuse_other_sites(req)
        if token := req.cookies.get(COOKIE):
            await run(self._engine, accounts.close_session, secret_hash(token))
        resp.unset_cookie(COOKIE, path="/")
        write_data(resp, Nothing())


class Myself:
    """`GET /api/v1/auth/me`."""

    def __init__(self, gate: Gate) -> None:
        """Ask `gate`."""
        self._gate = gate

    @describes(said.WHO_AM_I)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell who one is."""
        holder = await self._gate.owner(req)
        write_data(resp, me(holder))
