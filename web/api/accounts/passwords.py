"""Passwords: argon2id, off the event loop, in turns. New ones are hashed in NFC."""

import asyncio
import contextlib
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, TypeVar
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.runtime.settings import load_settings
from web.api.accounts.hashing import AT_ONCE, HashingTurns, Urgency

Value = TypeVar("Value")
# A flood of logins leaves the processors to whoever asks for something else.
NICENESS: Final = 15


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
    return _hasher().hash(normalize("NFC", password))


def needs_rehash(stored: str) -> bool:
    """Tell whether a hash was made with other parameters than hashes are made with now."""
    return _hasher().check_needs_rehash(stored)


def yield_to_requests() -> None:
    """Lower the priority of this thread alone, where the system has one for each (Linux)."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class Passwords:
    """Hashes and checks passwords in threads of low priority."""

    def __init__(self) -> None:
        """Let in only a few at once."""
        self._turns = HashingTurns()
        self._threads = ThreadPoolExecutor(AT_ONCE, "passwords", yield_to_requests)

    async def hash(self, password: str, urgency: Urgency = Urgency.SIGN_UP) -> str:
        """Return the argon2id hash of a password. Raises ApiError 503."""
        async with self._turns.turn(urgency):
            return await self.in_thread(hash_password, password)

    async def matches(
        self, password: str, stored: str | None, urgency: Urgency = Urgency.LOGIN
    ) -> bool:
        """Tell whether a password is the one that was hashed; as slowly if there is none.

        It is tried as typed, for older hashes, then in NFC. Raises ApiError 503.
        """
        async with self._turns.turn(urgency):
            return await self.in_thread(_matches, password, stored)

    async def in_thread(self, work: Callable[..., Value], *args: object) -> Value:
        """Call a function off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)


def _matches(password: str, stored: str | None) -> bool:
    forms = dict.fromkeys((password, normalize("NFC", password)))
    return any(_verifies(form, stored) for form in forms) and bool(stored)


def _verifies(password: str, stored: str | None) -> bool:
    try:
        return _hasher().verify(stored or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
