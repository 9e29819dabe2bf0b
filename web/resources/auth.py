"""Sign-up, login and logout. Not commands: see domain.store.accounts."""

from falcon.asgi import Request, Response

from domain.account.credentials import PASSWORD_LIMIT, email_problem, password_problem
from domain.limits import SIGNUP_ADDRESS
from domain.store import accounts
from domain.store.devices import knows_device, remember_device
from domain.store.engine import run
from domain.store.mint import mint, mint_session, secret_hash
from domain.store.sessions import USER_AGENT_LIMIT, NewSession, close_session, open_session
from domain.text import clean
from web import cookies
from web.address import address_of
from web.answers import write_data
from web.attempts import BAD_LOGIN, Attempts, login_counts
from web.auth import refuse_other_sites
from web.bodies.owner import Credentials
from web.describe import describes
from web.errors import ApiError, invalid
from web.media import decode_body, read_body
from web.operations import accounts as said
from web.passwords import Passwords
from web.process import Process
from web.views.accounts import LoginView, NothingView

NO_MATCH = ApiError(401, BAD_LOGIN, "This e-mail and password do not match.")
TAKEN = "There is an account with this e-mail already."


class Door:
    """What sign-up and login share: reading credentials and opening a session."""

    def __init__(self, process: Process, passwords: Passwords) -> None:
        """Keep accounts in the database of `process`, count attempts with its limits."""
        self.engine = process.engine
        self.passwords = passwords
        self.attempts = Attempts(process.limits)

    async def credentials(self, req: Request) -> Credentials:
        """Return e-mail and password. Raises ApiError 400, 403 BAD_ORIGIN."""
        refuse_other_sites(req)
        return decode_body(await read_body(req), Credentials)

    async def open_session(
        self, req: Request, resp: Response, account_id: str, checked_hash: str
    ) -> None:
        """Begin a session and hand out its cookie; one that was there before ends.

        Raises ApiError 401 if the password was changed since it was checked.
        """
        token = mint_session()
        agent = user_agent_of(req)
        session = NewSession(mint("n"), account_id, secret_hash(token), checked_hash, agent)
        if not await run(self.engine, open_session, session):
            raise NO_MATCH
        if old := req.cookies.get(cookies.SESSION):
            await run(self.engine, close_session, secret_hash(old))
        cookies.set_session(req, resp, token)
        await self.remember_device(req, resp, account_id)

    async def remember_device(self, req: Request, resp: Response, account_id: str) -> None:
        """Let this browser be known again, by a new token."""
        token, old = mint_session(), cookies.device_hash(req)
        await run(self.engine, remember_device, account_id, old, secret_hash(token))
        cookies.set_device(req, resp, token)


def user_agent_of(req: Request) -> str | None:
    """Return what the client calls itself, fit to be shown; cut where it is too long."""
    told = "".join(c if c.isprintable() else " " for c in req.user_agent or "")
    return clean(told[:USER_AGENT_LIMIT])


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
        await self.attempts.take((SIGNUP_ADDRESS, (address_of(req),)))
        hashed = await self.passwords.hash(body.password)
        account_id = mint("a")
        if not await run(self.engine, accounts.create_account, account_id, body.email, hashed):
            raise ApiError(409, "CONFLICT", TAKEN, {"email": TAKEN})
        await self.open_session(req, resp, account_id, hashed)
        data: LoginView = {"id": account_id, "email": body.email}
        write_data(resp, data, 201)


class Login(Door):
    """`POST /api/v1/auth/login`."""

    @describes(said.LOG_IN)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Log in; unknown and wrong look, and take, the same."""
        body = await self.credentials(req)
        device = await self.known_device(req, body.email)
        counts = login_counts(address_of(req), body.email, device)
        async with self.attempts.counted(*counts):
            login = await run(self.engine, accounts.login_of, body.email)
            stored = login.password_hash if login else None
            given = body.password[: PASSWORD_LIMIT + 1]
            if not await self.passwords.matches(given, stored) or login is None:
                raise NO_MATCH
        await self.open_session(req, resp, login.account_id, login.password_hash)
        data: LoginView = {"id": login.account_id, "email": login.email}
        write_data(resp, data)

    async def known_device(self, req: Request, email: str) -> str | None:
        """Return the hash of the device's token, if the account of an e-mail knows it."""
        token_hash = cookies.device_hash(req)
        if token_hash is None:
            return None
        is_known = await run(self.engine, knows_device, email, token_hash)
        return token_hash if is_known else None


class Logout:
    """`POST /api/v1/auth/logout`."""

    def __init__(self, process: Process) -> None:
        """End sessions in the database of `process`."""
        self._engine = process.engine

    @describes(said.LOG_OUT)
    async def on_post(self, req: Request, resp: Response) -> None:
        """End the session, if there is one."""
        refuse_other_sites(req)
        if token := req.cookies.get(cookies.SESSION):
            await run(self._engine, close_session, secret_hash(token))
        cookies.unset_session(resp)
        data: NothingView = {}
        write_data(resp, data)
