"""Sign-up, login and logout.

These are not commands: see domain.store.postgres.accounts.
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from falcon.asgi import Request, Response

from domain.account.credentials import PASSWORD_LIMIT, email_problem, password_problem
from domain.runtime.credentials import common_passwords
from domain.runtime.mail.settings import can_send_mail
from domain.runtime.new_ids import new_id, new_session_token, secret_hash
from domain.runtime.settings import Settings
from domain.store.postgres import accounts
from domain.store.postgres.engine import run
from domain.store.postgres.owner_mail.addresses import sign_up_to_verify
from domain.store.postgres.owner_mail.letters import TooManyLettersError
from domain.store.postgres.sessions import (
    USER_AGENT_LIMIT,
    NewLogin,
    NewSession,
    close_session,
    knows_device,
    log_in,
    sign_up,
)
from domain.store.redis.rate_limits.rules import SIGNUP_ADDRESS
from domain.text import clean
from web.api.accounts import docs
from web.api.accounts.docs import LoginView, signup_view
from web.api.accounts.passwords import Passwords, Urgency, needs_rehash
from web.api.owner_resource import Credentials, OwnerResource
from web.http import auth
from web.http.bodies import decode_body, read_body
from web.http.errors import ApiError, invalid
from web.http.rate_limits import (
    BAD_LOGIN,
    Attempts,
    address_of,
    login_counts,
    too_many_attempts,
)
from web.http.responses import write_data
from web.http.wire import Nothing
from web.openapi.describe import describes
from web.writes.submit import PERHAPS, change

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

log = logging.getLogger(__name__)

TRIES = 2  # a concurrent login may replace the hash between check and session
NO_MATCH = "This e-mail and password do not match."
EMAIL_TAKEN = "There is an account with this e-mail already."
UNCERTAIN_LOGIN = f"{PERHAPS} Please log in."
UNCERTAIN_SIGN_UP = f"{PERHAPS} Try to log in; if that is refused, sign up again."


@dataclass(eq=False)
class CredentialsResource:
    """Base of sign-up and login: reads credentials and counts attempts."""

    engine: "AsyncEngine"
    passwords: Passwords
    attempts: Attempts

    async def credentials(self, req: Request) -> Credentials:
        """Return e-mail and password. Raises ApiError 400.

        No session authorises this request, so `Origin` is not checked. Of a login by the script of
        another site, a browser keeps no SameSite cookie.
        """
        return decode_body(await read_body(req), Credentials)


@dataclass(frozen=True, slots=True)
class PendingSession:
    """A session to be opened for this browser, with the values of its cookies."""

    login_record: NewLogin
    token: str
    device: str

    def set_cookies(self, req: Request, resp: Response) -> None:
        """Set the session cookie and the device cookie."""
        auth.set_session(req, resp, self.token)
        auth.set_device(req, resp, self.device)


def build_pending_session(req: Request, account_id: str, checked_hash: str) -> PendingSession:
    """Return a session with new tokens that replace those of the request."""
    token, device = new_session_token(), new_session_token()
    agent = parse_user_agent(req)
    login_record = NewLogin(
        NewSession(new_id("n"), account_id, secret_hash(token), checked_hash, agent),
        device_hash=secret_hash(device),
        old_session_hash=next(iter(auth.session_hashes(req)), None),
        old_device_hash=auth.device_hash(req),
    )
    return PendingSession(login_record, token, device)


def parse_user_agent(req: Request) -> str | None:
    """Return the User-Agent as printable text, cut to `USER_AGENT_LIMIT` characters."""
    printable = "".join(c if c.isprintable() else " " for c in req.user_agent or "")
    return clean(printable[:USER_AGENT_LIMIT])


@dataclass(eq=False)
class Signup(CredentialsResource):
    """`POST /api/v1/auth/signup`."""

    settings: Settings

    @describes(docs.SIGN_UP)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Create an account and log in."""
        body = await self.credentials(req)
        if problem := email_problem(body.email):
            raise invalid(problem, "email")
        if problem := password_problem(body.password, body.email, common_passwords()):
            raise invalid(problem, "password")
        await self.attempts.take((SIGNUP_ADDRESS, (address_of(req),)))
        new_hash = await self.passwords.hash(body.password)
        account_id = new_id("a")
        pending = build_pending_session(req, account_id, new_hash)
        await self._create_account(pending.login_record, body.email)
        pending.set_cookies(req, resp)
        write_data(resp, signup_view(account_id, body.email, self.settings), 201)

    async def _create_account(self, login: NewLogin, email: str) -> None:
        """Create an account, unverified if it can be mailed. Raises ApiError 409 and 429."""
        statements = sign_up_to_verify if can_send_mail(self.settings) else sign_up
        try:
            is_new = await change(
                self.engine, statements, login, email, unknown_message=UNCERTAIN_SIGN_UP
            )
        except TooManyLettersError as error:
            raise too_many_attempts(error.wait_s) from None
        if not is_new:
            raise ApiError(409, "CONFLICT", EMAIL_TAKEN, {"email": EMAIL_TAKEN})


class Login(CredentialsResource):
    """`POST /api/v1/auth/login`."""

    @describes(docs.LOG_IN)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Log in; unknown e-mail and wrong password give the same answer and time."""
        body = await self.credentials(req)
        device = await self.recognized_device(req, body.email)
        counts = login_counts(address_of(req), body.email, device)
        for _ in range(TRIES):
            async with self.attempts.count_attempt(*counts):
                login = await self.verify_login(body)
            pending = build_pending_session(req, login.account_id, login.password_hash)
            # No session is opened if the password changed since the check.
            if await change(
                self.engine, log_in, pending.login_record, unknown_message=UNCERTAIN_LOGIN
            ):
                break
        else:
            raise ApiError(401, BAD_LOGIN, NO_MATCH)
        await self.rehash(login, body.password)
        pending.set_cookies(req, resp)
        data = LoginView(login.account_id, login.email)
        write_data(resp, data)

    async def verify_login(self, body: Credentials) -> accounts.Login:
        """Return the login with this e-mail and password. Raises ApiError 401 and 503."""
        candidate = body.password[: PASSWORD_LIMIT + 1]
        logins = await run(self.engine, accounts.logins_of, body.email)
        for login in logins:
            if await self.passwords.matches(candidate, login.password_hash):
                return login
        if not logins:
            await self.passwords.matches(candidate, None)
        raise ApiError(401, BAD_LOGIN, NO_MATCH)

    async def rehash(self, login: accounts.Login, password: str) -> None:
        """Replace the stored hash if its parameters are outdated."""
        if not needs_rehash(login.password_hash):
            return
        try:
            new_hash = await self.passwords.hash(password, Urgency.LOGIN)
            old_hash = login.password_hash
            await change(self.engine, accounts.rehash, login.account_id, old_hash, new_hash)
        except ApiError as error:  # the next login retries; this login has succeeded
            log.warning("a password is not hashed anew: %s", error)

    async def recognized_device(self, req: Request, email: str) -> str | None:
        """Return the hash of the device token if the account has seen it."""
        token_hash = auth.device_hash(req)
        if token_hash is None:
            return None
        is_known = await run(self.engine, knows_device, email, token_hash)
        return token_hash if is_known else None


class Logout(OwnerResource):
    """`POST /api/v1/auth/logout`."""

    @describes(docs.LOG_OUT)
    async def on_post(self, req: Request, resp: Response) -> None:
        """End the session, if there is one."""
        token_hashes = auth.session_hashes(req)
        if token_hashes:
            self.authenticator.refuse_other_sites(req)
        for token_hash in token_hashes:
            await change(self.engine, close_session, token_hash)
        auth.unset_session(resp)
        write_data(resp, Nothing())
