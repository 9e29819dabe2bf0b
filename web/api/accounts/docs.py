"""Documentation of the account, login and session operations."""

from typing import Annotated

import msgspec

from domain.account.credentials import EMAIL_LIMIT
from domain.runtime.mail.settings import can_send_mail
from domain.runtime.settings import Settings
from domain.store.postgres.owner_mail.addresses import Addresses
from domain.store.postgres.sessions import Holder, OpenSession
from web.api import field_sentences as says
from web.api.audit_sentences import fixed_sentence
from web.api.owner_resource import Credentials
from web.http.bodies import text
from web.http.wire import Answer, Id, Instant, Nothing, to_answer
from web.openapi.describe import Audience, Example, Operation, PathParameter
from web.openapi.operations import TAIL


class AccountChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/auth/me`. Passwords are taken as they are, blanks included."""

    current_password: Annotated[str, says.CURRENT_PASSWORD]
    email: Annotated[str | None, text(EMAIL_LIMIT), says.EMAIL] = None
    password: Annotated[str | None, says.PASSWORD] = None


class Farewell(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`DELETE /api/v1/auth/me`."""

    current_password: Annotated[str, says.CURRENT_PASSWORD]


class LoginView(Answer, frozen=True):
    """The account of the session that was opened."""

    id: Id
    email: str


class SignupView(Answer, frozen=True):
    """The new account; `notice` tells how to confirm its address, if that is needed."""

    id: Id
    email: str
    email_verified: bool
    notice: str | None


class AccountView(Answer, frozen=True):
    """An account; `tierUntil` is null without an end.

    `pendingEmail` replaces `email` once it is confirmed.
    """

    account_id: Id = msgspec.field(name="id")
    email: str
    email_verified: bool
    pending_email: str | None
    tier: str
    tier_until: Instant | None
    created_at: Instant


class DeletedAccountView(Answer, frozen=True):
    """The account that is gone."""

    id: Id


class SessionView(Answer, frozen=True):
    """A session; `lastUsedAt` is to the minute, `current` tells the one that asks."""

    id: Id
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant
    user_agent: str | None
    current: bool


class EndedSessionView(Answer, frozen=True):
    """The session that was ended."""

    id: Id


class EndedSessionsView(Answer, frozen=True):
    """How many sessions were ended."""

    ended: int


def signup_view(account_id: str, email: str, settings: Settings) -> SignupView:
    """Return a new account as JSON."""
    notice = confirm_notice(settings)
    return SignupView(account_id, email, notice is None, notice)


def confirm_notice(settings: Settings) -> str | None:
    """Return how to confirm an address; None if no mail can be sent."""
    if not can_send_mail(settings):
        return None
    where = f"{settings.base_url}/dashboard/outbox" if settings.outbox else "the link in our mail"
    return f"Confirm your e-mail: open {where}"


def account_view(holder: Holder, addresses: Addresses | None = None) -> AccountView:
    """Return the account as JSON, with its current addresses."""
    now = addresses or Addresses(holder.email, holder.pending_email, holder.is_verified)
    return to_answer(
        AccountView,
        holder,
        email=now.email,
        email_verified=now.is_verified,
        pending_email=now.pending_email,
    )


def session_view(session: OpenSession, current_id: str) -> SessionView:
    """Return the session as JSON."""
    return to_answer(SessionView, session, current=session.id == current_id)


TAG = "Accounts"
ACCOUNT = "a_" + TAIL.format("h")
SESSION = "n_" + TAIL.format("n")
PATH_PARAMETERS = {
    "session_id": PathParameter("sessionId", "A session of the account.", SESSION),
}
SENTENCES = {"DeleteAccount": fixed_sentence("Deleted the account")}
ADA = {"email": "ada@example.com", "password": "correct horse battery"}
ACCOUNT_DATA = {"id": ACCOUNT, "email": "ada@example.com"}

SIGN_UP = Operation(
    name="signUp",
    tag=TAG,
    summary="Create an account and log in.",
    who=Audience.ANYBODY,
    note="Where mail can be sent, the account is unverified until the link in our mail is used;"
    " until then some things are 403 `EMAIL_UNVERIFIED`.",
    body=Credentials,
    data=SignupView,
    status=201,
    refusals=("CONFLICT", "RATE_LIMITED"),
    sets_cookie=True,
    examples=(
        Example(
            "an account",
            body=ADA,
            data={**ACCOUNT_DATA, "emailVerified": True, "notice": None},
        ),
    ),
)
LOG_IN = Operation(
    name="logIn",
    tag=TAG,
    summary="Log in.",
    note="A session that came along ends.",
    who=Audience.ANYBODY,
    body=Credentials,
    data=LoginView,
    refusals=("BAD_LOGIN", "RATE_LIMITED"),
    sets_cookie=True,
    examples=(Example("a login", body=ADA, data=ACCOUNT_DATA),),
)
LOG_OUT = Operation(
    name="logOut",
    tag=TAG,
    summary="End the session, if there is one.",
    who=Audience.ANYBODY,
    data=Nothing,
    refusals=("BAD_ORIGIN",),
    sets_cookie=True,
    examples=(Example("a logout", data={}),),
)
ME = {
    **ACCOUNT_DATA,
    "emailVerified": True,
    "pendingEmail": None,
    "tier": "free",
    "tierUntil": None,
    "createdAt": "2026-11-23T14:02:00.000Z",
}
WHO_AM_I = Operation(
    name="whoAmI",
    tag=TAG,
    summary="Read the account of this session.",
    data=AccountView,
    examples=(Example("a free account", data=ME),),
)
CHANGE_ACCOUNT = Operation(
    name="changeAccount",
    tag=TAG,
    summary="Change the e-mail or the password.",
    note="Another password ends all other sessions, and gives this one another cookie. Where mail"
    " can be sent, another e-mail is pending until the link in the mail to it is used, and the old"
    " one gets a link that takes it back; else it changes at once.",
    body=AccountChange,
    data=AccountView,
    refusals=("BAD_LOGIN", "CONFLICT", "RATE_LIMITED"),
    sets_cookie=True,
    examples=(
        Example(
            "another e-mail",
            body={"currentPassword": ADA["password"], "email": "ada.l@example.com"},
            data=ME | {"email": "ada.l@example.com"},
        ),
        Example(
            "another password",
            body={"currentPassword": ADA["password"], "password": "battery staple horse"},
            data=ME,
        ),
    ),
)
DELETE_ACCOUNT = Operation(
    name="deleteAccount",
    tag=TAG,
    summary="Delete the account with all that it owns.",
    note="Pages, hosts, keys and sessions are gone, the e-mail is free. After a 202 the session is"
    " good for its receipt until it is done.",
    body=Farewell,
    data=DeletedAccountView,
    refusals=("BAD_LOGIN", "RATE_LIMITED"),
    sets_cookie=True,
    has_receipt=True,
    examples=(
        Example("farewell", body={"currentPassword": ADA["password"]}, data={"id": ACCOUNT}),
    ),
)
LIST_SESSIONS = Operation(
    name="listSessions",
    tag=TAG,
    summary="List the sessions of the account, the most recently used first.",
    data=list[SessionView],
    examples=(
        Example(
            "one session",
            data=[
                {
                    "id": SESSION,
                    "createdAt": "2026-11-23T14:02:00.000Z",
                    "lastUsedAt": "2026-11-23T14:02:00.000Z",
                    "expiresAt": "2026-12-23T14:02:00.000Z",
                    "userAgent": "Firefox",
                    "current": True,
                }
            ],
        ),
    ),
)
END_OTHER_SESSIONS = Operation(
    name="endOtherSessions",
    tag=TAG,
    summary="End all sessions but this one.",
    data=EndedSessionsView,
    examples=(Example("no other session", data={"ended": 0}),),
)
END_SESSION = Operation(
    name="endSession",
    tag=TAG,
    summary="End one session, also this one.",
    data=EndedSessionView,
    sets_cookie=True,
    examples=(Example("one session", data={"id": SESSION}),),
)
