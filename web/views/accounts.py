"""Accounts and sessions, as their owners see them."""

from typing import TypedDict

from domain.days import iso
from domain.store.sessions import Holder, OpenSession
from web.answers import iso as maybe_iso


class LoginView(TypedDict):
    """Whose session was opened."""

    id: str
    email: str


class AccountView(TypedDict):
    """An account; `tierUntil` is null without an end."""

    id: str
    email: str
    tier: str
    tierUntil: str | None
    createdAt: str


class DeletedAccountView(TypedDict):
    """The account that is gone."""

    id: str


class SessionView(TypedDict):
    """A session; `lastUsedAt` is to the minute, `current` tells the one that asks."""

    id: str
    createdAt: str
    lastUsedAt: str
    expiresAt: str
    userAgent: str | None
    current: bool


class EndedSessionView(TypedDict):
    """The session that was ended."""

    id: str


class EndedSessionsView(TypedDict):
    """How many sessions were ended."""

    ended: int


class NothingView(TypedDict):
    """Nothing."""


def account_view(holder: Holder, email: str) -> AccountView:
    """Return an account with the e-mail that it has now."""
    return {
        "id": holder.account_id,
        "email": email,
        "tier": holder.tier,
        "tierUntil": maybe_iso(holder.tier_until),
        "createdAt": iso(holder.created_at),
    }


def session_view(session: OpenSession, current_id: str) -> SessionView:
    """Return a session."""
    return {
        "id": session.id,
        "createdAt": iso(session.created_at),
        "lastUsedAt": iso(session.last_used_at),
        "expiresAt": iso(session.expires_at),
        "userAgent": session.user_agent,
        "current": session.id == current_id,
    }
