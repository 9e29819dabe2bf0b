"""Forgotten passwords and verification of addresses: the API.

Not commands: see domain.store.postgres.owner_mail. The links themselves are in `links`.

Source: docs/behaviour.md, "Mail".
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from falcon.asgi import Request, Response

from domain.account.credentials import email_problem
from domain.runtime.mail.settings import can_send_mail
from domain.runtime.settings import Settings
from domain.store.postgres.owner_mail.addresses import send_proof_again
from domain.store.postgres.owner_mail.letters import TooManyLettersError
from domain.store.postgres.owner_mail.passwords import request_reset
from domain.store.redis.rate_limits.rules import FORGOT_ADDRESS, LINKS_ADDRESS
from web.api.accounts import recovery_docs as docs
from web.api.accounts.links import OwnerLinks
from web.api.accounts.recovery_docs import ForgottenPassword, NewPassword, VerificationView
from web.api.owner_resource import OwnerResource
from web.http.bodies import decode_body, read_body
from web.http.errors import invalid, unavailable
from web.http.rate_limits import Attempts, address_of, too_many_attempts
from web.http.responses import write_data
from web.http.wire import Nothing
from web.openapi.describe import describes
from web.openapi.operations import Area
from web.writes.submit import change

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

# An answer takes this long at least: the letter to an account is written within it.
ANSWER_S: Final = 0.25
NO_MAIL: Final = "This service can't send mail. Ask its operator for a new password."
NO_VERIFICATION_MAIL: Final = "This service can't send mail. Ask its operator to verify you."


@dataclass(frozen=True, slots=True)
class PasswordRequests:
    """Requests for a new password; an answer tells nothing of accounts, by its time neither."""

    engine: "AsyncEngine"
    attempts: Attempts
    settings: Settings

    async def send_link(self, req: Request, email: str) -> None:
        """Mail a link to the account of an e-mail, if there is one.

        Raises ApiError 400, 429, and 503 if no mail can be sent.
        """
        if not can_send_mail(self.settings):
            raise unavailable(NO_MAIL)
        if problem := email_problem(email):
            raise invalid(problem, "email")
        await self.attempts.take((FORGOT_ADDRESS, (address_of(req),)))
        await asyncio.gather(change(self.engine, request_reset, email), asyncio.sleep(ANSWER_S))


@dataclass(eq=False)
class Forgot:
    """`POST /api/v1/auth/forgot`."""

    engine: "AsyncEngine"
    attempts: Attempts
    settings: Settings

    @describes(docs.FORGOT_PASSWORD)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Mail a link for a new password; the answer is the same without an account."""
        body = decode_body(await read_body(req), ForgottenPassword)
        requests = PasswordRequests(self.engine, self.attempts, self.settings)
        await requests.send_link(req, body.email)
        write_data(resp, Nothing())


@dataclass(eq=False)
class Reset(OwnerLinks):
    """`POST /api/v1/auth/reset`."""

    attempts: Attempts

    @describes(docs.RESET_PASSWORD)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Set another password by the token of a link."""
        body = decode_body(await read_body(req), NewPassword)
        await self.attempts.take((LINKS_ADDRESS, (address_of(req),)))
        await self.reset_password(body.token, body.password)
        write_data(resp, Nothing())


@dataclass(eq=False)
class Verification(OwnerResource):
    """`POST /api/v1/auth/verify`."""

    settings: Settings

    @describes(docs.SEND_VERIFICATION)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Mail the link again that confirms the address of the account."""
        holder = await self.holder(req)
        is_done = holder.is_verified and holder.pending_email is None
        if not is_done and not can_send_mail(self.settings):
            raise unavailable(NO_VERIFICATION_MAIL)
        try:
            is_sent = await change(self.engine, send_proof_again, holder.account_id)
        except TooManyLettersError as error:
            raise too_many_attempts(error.wait_s) from None
        write_data(resp, VerificationView(is_sent))


AREA = Area(
    {
        "/api/v1/auth/forgot": Forgot,
        "/api/v1/auth/reset": Reset,
        "/api/v1/auth/verify": Verification,
    }
)
