"""Passwords: argon2id, off the event loop, never more at once than there are cores to spare."""

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.store.settings import load_settings

AT_ONCE = 2  # each hash takes PASSWORD_MEMORY_MIB and a core for tens of milliseconds


@cache
def _hasher() -> PasswordHasher:
    # The library's defaults, and the setting's, follow RFC 9106's second recommendation.
    return PasswordHasher(memory_cost=load_settings().password_memory_mib * 1024)


@cache
def _decoy() -> str:
    """Return a hash to check against when there is no account, so that both take as long."""
    return _hasher().hash(secrets.token_urlsafe())


async def warm() -> None:
    """Make ready, off the event loop, what would make the first unknown login take longer."""
    await asyncio.to_thread(_decoy)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; takes tens of milliseconds."""
    return _hasher().hash(password)


class Passwords:
    """Hashes and checks passwords in threads."""

    def __init__(self) -> None:
        """Let in only a few at once."""
        self._room = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """Return the argon2id hash of a password."""
        async with self._room:
            return await asyncio.to_thread(hash_password, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Tell whether a password is the one that was hashed; as slowly if there is none."""
        async with self._room:
            return await asyncio.to_thread(_matches, password, stored)


def _matches(password: str, stored: str | None) -> bool:
    try:
        _hasher().verify(stored or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)
