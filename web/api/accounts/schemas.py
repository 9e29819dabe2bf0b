"""Bodies of account changes and deletions. Unknown fields are rejected."""

from typing import Annotated

import msgspec

from domain.account.credentials import EMAIL_LIMIT
from domain.store.postgres.sessions import Holder, OpenSession
from web.http.bodies import text
from web.http.wire import Answer, Id, Instant, to_answer


class AccountChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/auth/me`. Passwords are taken as they are, blanks included."""

    current_password: str
    email: Annotated[str | None, text(EMAIL_LIMIT)] = None
    password: str | None = None


class Farewell(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`DELETE /api/v1/auth/me`."""

    current_password: str


class LoginView(Answer, frozen=True):
    """The account of the session that was opened."""

    id: Id
    email: str


class AccountView(Answer, frozen=True):
    """An account; `tierUntil` is null without an end."""

    account_id: Id = msgspec.field(name="id")
    email: str
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


def account_view(holder: Holder, email: str) -> AccountView:
    """Return the account as JSON, with its current e-mail."""
    return to_answer(AccountView, holder, email=email)


def session_view(session: OpenSession, current_id: str) -> SessionView:
    """Return the session as JSON."""
    return to_answer(SessionView, session, current=session.id == current_id)
