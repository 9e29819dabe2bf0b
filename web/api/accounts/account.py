"""An owner's own account: read, changed, deleted. Only deletion is a command.

Source: docs/architecture.md, "Account changes are not commands".
"""

from typing import Any

from falcon.asgi import Request, Response

from domain.account.commands import DeleteAccount
from domain.account.credentials import PASSWORD_LIMIT, email_problem, password_problem
from domain.rate_limits import CONFIRMATION, SIGNUP_ADDRESS
from domain.runtime.common_passwords import common_passwords
from domain.runtime.new_ids import mint, mint_session, secret_hash
from domain.store.postgres.accounts import accounts
from domain.store.postgres.accounts.accounts import Change
from domain.store.postgres.accounts.sessions import Holder
from domain.store.postgres.command_log import Authority, Draft
from domain.store.postgres.engine import IntegrityError, constraint, run
from web.api.accounts import docs as said
from web.api.accounts.answers import DeletedAccountView, account_view
from web.api.accounts.attempts import BAD_LOGIN, Attempts, Count
from web.api.accounts.hashing import Urgency
from web.api.accounts.logins import TAKEN
from web.api.accounts.passwords import Passwords
from web.api.accounts.schemas import AccountChange, Farewell
from web.http import cookies
from web.http.auth import Gate, no_session
from web.http.bodies import decode_body, read_body
from web.http.client_address import address_of
from web.http.errors import ApiError, invalid
from web.http.responses import Writes, write_data
from web.openapi.describe import describes
from web.process import Process
from web.writes.submit import NoAuthorityError
from web.writes.transactions import PERHAPS, change

WRONG = "currentPassword is not this account's password."
WHICH = f"{PERHAPS} Log in anew: if one password is refused, the other one holds."


class Me:
    """`GET`, `PATCH` and `DELETE /api/v1/auth/me`."""

    def __init__(self, process: Process, gate: Gate, writes: Writes, passwords: Passwords) -> None:
        """Ask `gate`, change accounts in the database of `process`, delete through `writes`."""
        self._engine = process.engine
        self._gate = gate
        self._writes = writes
        self._passwords = passwords
        self._attempts = Attempts(process.limits)

    @describes(said.WHO_AM_I)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell who one is."""
        holder = await self._gate.owner(req)
        write_data(resp, account_view(holder, holder.email))

    @describes(said.CHANGE_ACCOUNT)
    async def on_patch(self, req: Request, resp: Response) -> None:
        """Change e-mail or password; another password ends all other sessions."""
        holder = await self._gate.owner(req)
        body = checked(decode_body(await read_body(req), AccountChange), holder.email)
        counts: list[Count] = [(CONFIRMATION, (holder.account_id,))]
        if body.email is not None:  # whether it is taken is told, as at sign-up
            counts.append((SIGNUP_ADDRESS, (address_of(req),)))
        await self._attempts.take(*counts)
        proof = await self._proof(holder, body.current_password)
        token = mint_session()
        asked = await self._asked(req, holder, body, proof, token)
        email = await self._changed(asked)
        if asked.password_hash is not None:
            cookies.set_session(req, resp, token)
        write_data(resp, account_view(holder, email))

    @describes(said.DELETE_ACCOUNT)
    async def on_delete(self, req: Request, resp: Response) -> None:
        """Delete the account with its pages; from a 200 on nothing of it is to be seen."""
        holder = await self._gate.owner(req)
        body = decode_body(await read_body(req), Farewell)
        await self._attempts.take((CONFIRMATION, (holder.account_id,)))
        await self._proof(holder, body.current_password)
        authority = Authority("owner", holder.account_id)
        draft = Draft(mint("r"), DeleteAccount(), authority, holder.account_id)

        def deleted(_: DeleteAccount) -> dict[str, Any]:
            data: DeletedAccountView = {"id": holder.account_id}
            return {**data}

        try:
            written = await self._writes.answer(req, resp, draft, deleted)
        except NoAuthorityError:
            raise no_session() from None  # another deletion was faster
        if written.is_published:
            cookies.unset_session(resp)

    async def _proof(self, holder: Holder, password: str) -> str:
        """Return the hash that the current password fits. Raises ApiError 401 if it fits none."""
        stored = await run(self._engine, accounts.password_hash_of, holder.account_id)
        given = password[: PASSWORD_LIMIT + 1]
        is_right = await self._passwords.matches(given, stored, Urgency.CONFIRMATION)
        if not is_right or stored is None:
            raise wrong_password()
        return stored

    async def _asked(
        self, req: Request, holder: Holder, body: AccountChange, proof: str, token: str
    ) -> Change:
        hashed = None
        if body.password is not None:
            hashed = await self._passwords.hash(body.password, Urgency.CONFIRMATION)
        return Change(
            holder.account_id,
            holder.session_id,
            proof,
            email=body.email,
            password_hash=hashed,
            token_hash=secret_hash(token),
            device_hash=cookies.device_hash(req) or "",
        )

    async def _changed(self, asked: Change) -> str:
        """Change, and return the e-mail. Raises ApiError 401 and 409."""
        try:
            email = await change(self._engine, accounts.change_account, asked, perhaps=WHICH)
        except IntegrityError as error:
            if constraint(error) not in accounts.EMAIL_INDEXES:
                raise
            raise ApiError(409, "CONFLICT", TAKEN, {"email": TAKEN}) from None
        if email is None:
            raise wrong_password()
        return str(email)


def wrong_password() -> ApiError:
    """Return a 401 for a password that is not the account's."""
    return ApiError(401, BAD_LOGIN, WRONG, {"currentPassword": WRONG})


def checked(body: AccountChange, email: str) -> AccountChange:
    """Return a change that changes something, to what can be; `email` is the present one.

    Raises ApiError 400.
    """
    if body.email is None and body.password is None:
        raise invalid("Give at least one of email, password.")
    if body.email is not None and (problem := email_problem(body.email)):
        raise invalid(problem, "email")
    if body.password is not None:
        problem = password_problem(body.password, body.email or email, common_passwords())
        if problem:
            raise invalid(problem, "password")
    return body
