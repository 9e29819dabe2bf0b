"""Sign-up, login and logout. Not commands: see domain.store.postgres.accounts.accounts."""

import logging
from dataclasses import dataclass

from falcon.asgi import Request, Response

from domain.account.credentials import PASSWORD_LIMIT, email_problem, password_problem
from domain.rate_limits import SIGNUP_ADDRESS
from domain.runtime.common_passwords import common_passwords
from domain.runtime.new_ids import mint, mint_session, secret_hash
from domain.store.postgres.accounts import accounts
from domain.store.postgres.accounts.devices import knows_device
from domain.store.postgres.accounts.logins import Entrance, enter, sign_up
from domain.store.postgres.accounts.sessions import USER_AGENT_LIMIT, NewSession, close_session
from domain.store.postgres.engine import run
from domain.text import clean
from web.api.accounts import docs as said
from web.api.accounts.answers import LoginView, NothingView
from web.api.accounts.attempts import BAD_LOGIN, Attempts, login_counts
from web.api.accounts.hashing import Urgency
from web.api.accounts.passwords import Passwords, needs_rehash
from web.api.owner_schemas import Credentials
from web.http import cookies
from web.http.auth import Gate
from web.http.bodies import decode_body, read_body
from web.http.client_address import address_of
from web.http.errors import ApiError, invalid
from web.http.responses import write_data
from web.openapi.describe import describes
from web.process import Process
from web.writes.transactions import PERHAPS, change

log = logging.getLogger(__name__)

TRIES = 2  # another login may have hashed the password anew after this one checked it
NO_MATCH = "This e-mail and password do not match."
TAKEN = "There is an account with this e-mail already."
NOT_IN = f"{PERHAPS} Please log in."
NOT_UP = f"{PERHAPS} Try to log in; if that is refused, sign up again."


class Door:
    """What sign-up and login share: reading credentials, counting attempts."""

    def __init__(self, process: Process, passwords: Passwords) -> None:
        """Keep accounts in the database of `process`, count attempts with its limits."""
        self.engine = process.engine
        self.passwords = passwords
        self.attempts = Attempts(process.limits)

    async def credentials(self, req: Request) -> Credentials:
        """Return e-mail and password. Raises ApiError 400.

        No session authorises these, so `Origin` is not looked at: of a login that another site's
        script makes, a browser keeps no SameSite cookie.
        """
        return decode_body(await read_body(req), Credentials)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A session that is to begin on this browser, with what its cookies will hold."""

    entrance: Entrance
    token: str
    device: str

    def hand_out(self, req: Request, resp: Response) -> None:
        """Give both cookies away: the session has begun."""
        cookies.set_session(req, resp, self.token)
        cookies.set_device(req, resp, self.device)


def beginning(req: Request, account_id: str, checked_hash: str) -> Beginning:
    """Return new tokens, in place of those that came along."""
    token, device = mint_session(), mint_session()
    agent = user_agent_of(req)
    entrance = Entrance(
        NewSession(mint("n"), account_id, secret_hash(token), checked_hash, agent),
        device_hash=secret_hash(device),
        old_session_hash=next(iter(cookies.session_hashes(req)), None),
        old_device_hash=cookies.device_hash(req),
    )
    return Beginning(entrance, token, device)


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
        if problem := password_problem(body.password, body.email, common_passwords()):
            raise invalid(problem, "password")
        await self.attempts.take((SIGNUP_ADDRESS, (address_of(req),)))
        hashed = await self.passwords.hash(body.password)
        account_id = mint("a")
        began = beginning(req, account_id, hashed)
        if not await change(self.engine, sign_up, began.entrance, body.email, perhaps=NOT_UP):
            raise ApiError(409, "CONFLICT", TAKEN, {"email": TAKEN})
        began.hand_out(req, resp)
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
        for _ in range(TRIES):
            async with self.attempts.counted(*counts):
                login = await self.proven(body)
            began = beginning(req, login.account_id, login.password_hash)
            # Where the password was changed since it was checked, there is none to begin.
            if await change(self.engine, enter, began.entrance, perhaps=NOT_IN):
                break
        else:
            raise ApiError(401, BAD_LOGIN, NO_MATCH)
        await self.rehash(login, body.password)
        began.hand_out(req, resp)
        data: LoginView = {"id": login.account_id, "email": login.email}
        write_data(resp, data)

    async def proven(self, body: Credentials) -> accounts.Login:
        """Return the login whose password was given. Raises ApiError 401 and 503."""
        given = body.password[: PASSWORD_LIMIT + 1]
        logins = await run(self.engine, accounts.logins_of, body.email)
        for login in logins:
            if await self.passwords.matches(given, login.password_hash):
                return login
        if not logins:
            await self.passwords.matches(given, None)
        raise ApiError(401, BAD_LOGIN, NO_MATCH)

    async def rehash(self, login: accounts.Login, password: str) -> None:
        """Hash a password anew where hashes are made with other parameters than its own."""
        if not needs_rehash(login.password_hash):
            return
        try:
            hashed = await self.passwords.hash(password, Urgency.LOGIN)
            stored = login.password_hash
            await change(self.engine, accounts.rehash, login.account_id, stored, hashed)
        except ApiError as error:  # the next login does it; this one is done
            log.warning("a password is not hashed anew: %s", error)

    async def known_device(self, req: Request, email: str) -> str | None:
        """Return the hash of the device's token, if the account of an e-mail knows it."""
        token_hash = cookies.device_hash(req)
        if token_hash is None:
            return None
        is_known = await run(self.engine, knows_device, email, token_hash)
        return token_hash if is_known else None


class Logout:
    """`POST /api/v1/auth/logout`."""

    def __init__(self, process: Process, gate: Gate) -> None:
        """End sessions in the database of `process`; ask `gate` from where a call comes."""
        self._engine = process.engine
        self._gate = gate

    @describes(said.LOG_OUT)
    async def on_post(self, req: Request, resp: Response) -> None:
        """End the session, if there is one."""
        held = cookies.session_hashes(req)
        if held:
            self._gate.refuse_other_sites(req)
        for token_hash in held:
            await change(self._engine, close_session, token_hash)
        cookies.unset_session(resp)
        data: NothingView = {}
        write_data(resp, data)
