"""The account of an owner: read, change and delete it.

Only deletion is a command: a change of e-mail or password is a plain transaction.

Source: docs/architecture.md, "Account changes are not commands".
"""

from dataclasses import dataclass

from falcon.asgi import Request, Response

from domain.account.commands import DeleteAccount
from domain.account.credentials import PASSWORD_LIMIT, email_problem, password_problem
from domain.runtime.credentials import common_passwords
from domain.runtime.mail.settings import can_send_mail
from domain.runtime.new_ids import new_id, new_session_token, secret_hash
from domain.runtime.settings import Settings
from domain.store.postgres import accounts
from domain.store.postgres.accounts import Change
from domain.store.postgres.command_log import Authority, Draft
from domain.store.postgres.engine import IntegrityError, constraint, run
from domain.store.postgres.owner_mail.addresses import (
    Addresses,
    AddressTakenError,
    change_at_once,
    change_with_proof,
)
from domain.store.postgres.owner_mail.letters import TooManyLettersError
from domain.store.postgres.sessions import (
    Holder,
    revoke_others,
    revoke_session,
    sessions_of,
)
from domain.store.redis.rate_limits.rules import CONFIRMATION, SIGNUP_ADDRESS
from web.api.accounts import docs
from web.api.accounts.docs import (
    AccountChange,
    DeletedAccountView,
    EndedSessionsView,
    EndedSessionView,
    Farewell,
    account_view,
    session_view,
)
from web.api.accounts.logins import EMAIL_TAKEN, Login, Logout, Signup
from web.api.accounts.passwords import Passwords, Urgency
from web.api.owner_resource import OwnerResource, WritingResource
from web.http import auth
from web.http.auth import no_session
from web.http.bodies import decode_body, no_change_error, read_body
from web.http.errors import ApiError, invalid, not_found
from web.http.rate_limits import BAD_LOGIN, Attempts, Count, address_of, too_many_attempts
from web.http.responses import write_data
from web.openapi.describe import describes
from web.openapi.operations import Area
from web.writes.submit import PERHAPS, NoAuthorityError, change

WRONG_CURRENT = "This is not your current password (currentPassword)."
UNCERTAIN_CHANGE = f"{PERHAPS} Log in again: if one password is refused, use the other."


@dataclass(eq=False)
class Me(WritingResource):
    """`GET`, `PATCH` and `DELETE /api/v1/auth/me`."""

    passwords: Passwords
    attempts: Attempts
    settings: Settings

    @describes(docs.WHO_AM_I)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Return the account of the session."""
        holder = await self.holder(req)
        write_data(resp, account_view(holder))

    @describes(docs.CHANGE_ACCOUNT)
    async def on_patch(self, req: Request, resp: Response) -> None:
        """Change e-mail or password; a new password ends all other sessions."""
        holder = await self.holder(req)
        body = validate_change(decode_body(await read_body(req), AccountChange), holder.email)
        counts: list[Count] = [(CONFIRMATION, (holder.account_id,))]
        if body.email is not None:  # the answer reveals whether an address exists, as at sign-up
            counts.append((SIGNUP_ADDRESS, (address_of(req),)))
        await self.attempts.take(*counts)
        proven_hash = await self._verify_password(holder, body.current_password)
        token = new_session_token()
        account_change = await self._build_change(req, holder, body, proven_hash, token)
        addresses = await self._apply_change(account_change)
        if account_change.password_hash is not None:
            auth.set_session(req, resp, token)
        write_data(resp, account_view(holder, addresses))

    @describes(docs.DELETE_ACCOUNT)
    async def on_delete(self, req: Request, resp: Response) -> None:
        """Delete the account with its pages; after a 200 nothing of it is visible."""
        holder = await self.holder(req)
        body = decode_body(await read_body(req), Farewell)
        await self.attempts.take((CONFIRMATION, (holder.account_id,)))
        await self._verify_password(holder, body.current_password)
        authority = Authority("owner", holder.account_id)
        draft = Draft(new_id("r"), DeleteAccount(), authority, holder.account_id)

        def describe(_: DeleteAccount) -> DeletedAccountView:
            return DeletedAccountView(holder.account_id)

        try:
            outcome = await self.writes.answer(req, resp, draft, describe)
        except NoAuthorityError:
            raise no_session() from None  # a concurrent deletion came first
        if outcome.is_published:
            auth.unset_session(resp)

    async def _verify_password(self, holder: Holder, password: str) -> str:
        """Return the stored hash that the password matches. Raises ApiError 401."""
        stored_hash = await run(self.engine, accounts.password_hash_of, holder.account_id)
        candidate = password[: PASSWORD_LIMIT + 1]
        is_right = await self.passwords.matches(candidate, stored_hash, Urgency.CONFIRMATION)
        if not is_right or stored_hash is None:
            raise wrong_password_error()
        return stored_hash

    async def _build_change(
        self, req: Request, holder: Holder, body: AccountChange, proven_hash: str, token: str
    ) -> Change:
        new_hash = None
        if body.password is not None:
            new_hash = await self.passwords.hash(body.password, Urgency.CONFIRMATION)
        return Change(
            holder.account_id,
            holder.session_id,
            proven_hash,
            email=body.email,
            password_hash=new_hash,
            token_hash=secret_hash(token),
            device_hash=auth.device_hash(req) or "",
        )

    async def _apply_change(self, account_change: Change) -> Addresses:
        """Apply the change and return the addresses. Raises ApiError 401, 409 and 429."""
        statements = change_with_proof if can_send_mail(self.settings) else change_at_once
        try:
            addresses = await change(
                self.engine, statements, account_change, unknown_message=UNCERTAIN_CHANGE
            )
        except AddressTakenError:
            raise taken_error() from None
        except TooManyLettersError as error:
            raise too_many_attempts(error.wait_s) from None
        except IntegrityError as error:
            if constraint(error) not in accounts.EMAIL_INDEXES:
                raise
            raise taken_error() from None
        if addresses is None:
            raise wrong_password_error()
        return addresses


def taken_error() -> ApiError:
    """Return a 409 for the e-mail of another account."""
    return ApiError(409, "CONFLICT", EMAIL_TAKEN, {"email": EMAIL_TAKEN})


def wrong_password_error() -> ApiError:
    """Return a 401 for a wrong current password."""
    return ApiError(401, BAD_LOGIN, WRONG_CURRENT, {"currentPassword": WRONG_CURRENT})


def validate_change(body: AccountChange, email: str) -> AccountChange:
    """Return the validated change; `email` is the current address.

    Raises ApiError 400 for an empty change and for invalid values.
    """
    if body.email is None and body.password is None:
        raise no_change_error(AccountChange, "currentPassword")
    if body.email is not None and (problem := email_problem(body.email)):
        raise invalid(problem, "email")
    if body.password is not None:
        problem = password_problem(body.password, body.email or email, common_passwords())
        if problem:
            raise invalid(problem, "password")
    return body


class Sessions(OwnerResource):
    """`GET` and `DELETE /api/v1/auth/sessions`."""

    @describes(docs.LIST_SESSIONS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the sessions of the owner, most recently used first."""
        holder = await self.holder(req)
        sessions = await run(self.engine, sessions_of, holder.account_id)
        write_data(resp, [session_view(session, holder.session_id) for session in sessions])

    @describes(docs.END_OTHER_SESSIONS)
    async def on_delete(self, req: Request, resp: Response) -> None:
        """End all sessions except the current one."""
        holder = await self.holder(req)
        count = await change(self.engine, revoke_others, holder.account_id, holder.session_id)
        data = EndedSessionsView(count)
        write_data(resp, data)


class OneSession(OwnerResource):
    """`DELETE /api/v1/auth/sessions/:id`."""

    @describes(docs.END_SESSION)
    async def on_delete(self, req: Request, resp: Response, session_id: str) -> None:
        """End one session; if it is the current one, unset its cookie."""
        holder = await self.holder(req)
        if not await change(self.engine, revoke_session, holder.account_id, session_id):
            raise not_found("session")
        if session_id == holder.session_id:
            auth.unset_session(resp)
        data = EndedSessionView(session_id)
        write_data(resp, data)


AREA = Area(
    {
        "/api/v1/auth/signup": Signup,
        "/api/v1/auth/login": Login,
        "/api/v1/auth/logout": Logout,
        "/api/v1/auth/me": Me,
        "/api/v1/auth/sessions": Sessions,
        "/api/v1/auth/sessions/{session_id}": OneSession,
    },
    docs.PATH_PARAMETERS,
    docs.SENTENCES,
)
