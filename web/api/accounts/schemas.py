"""Bodies of account changes and deletions. Unknown fields are rejected."""

from typing import Annotated, TypedDict

import msgspec

from domain.account.credentials import EMAIL_LIMIT
from domain.calendar import iso
from domain.store.postgres.sessions import Holder, OpenSession
from web.http.bodies import text
from web.http.responses import iso as iso_or_none
from web.http.wire import Id, Instant


class AccountChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/auth/me`. Passwords are taken as they are, blanks included."""

    current_password: str
    email: Annotated[str | None, text(EMAIL_LIMIT)] = None
    password: str | None = None


class Farewell(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`DELETE /api/v1/auth/me`."""

    current_password: str


class LoginView(TypedDict):
    """The account of the session that was opened."""

    id: Id
    email: str


class AccountView(TypedDict):
    """An account; `tierUntil` is null without an end."""

    id: Id
    email: str
    tier: str
    tierUntil: Instant | None
    createdAt: Instant


class DeletedAccountView(TypedDict):
    """The account that is gone."""

    id: Id


class SessionView(TypedDict):
    """A session; `lastUsedAt` is to the minute, `current` tells the one that asks."""

    id: Id
    createdAt: Instant
    lastUsedAt: Instant
    expiresAt: Instant
    userAgent: str | None
    current: bool


class EndedSessionView(TypedDict):
    """The session that was ended."""

    id: Id


class EndedSessionsView(TypedDict):
    """How many sessions were ended."""

    ended: int


class NothingView(TypedDict):
    """Nothing."""


def account_view(holder: Holder, email: str) -> AccountView:
    """Return the account as JSON, with its current e-mail."""
    return {
        "id": holder.account_id,
        "email": email,
        "tier": holder.tier,
        "tierUntil": iso_or_none(holder.tier_until),
        "createdAt": iso(holder.created_at),
    }


def session_view(session: OpenSession, current_id: str) -> SessionView:
    """Return the session as JSON."""
    return {
        "id": session.id,
        "createdAt": iso(session.created_at),
        "lastUsedAt": iso(session.last_used_at),
        "expiresAt": iso(session.expires_at),
        "userAgent": session.user_agent,
        "current": session.id == current_id,
    }
