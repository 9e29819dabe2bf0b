"""Password hashing: argon2id in threads, a few at once. New hashes use NFC."""

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
from web.api.accounts.hashing import AT_ONCE, HashingSlots, Urgency

Value = TypeVar("Value")
NICENESS: Final = 15  # a flood of logins leaves the processors to other requests


@cache
def _hasher() -> PasswordHasher:
    # The library's defaults, and the setting's, follow RFC 9106's second recommendation.
    return PasswordHasher(memory_cost=load_settings().password_memory_mib * 1024)


@cache
def _decoy() -> str:
    """Return a hash for unknown accounts, so that both checks take equally long."""
    return _hasher().hash(secrets.token_urlsafe())


async def warm() -> None:
    """Compute the hash for unknown accounts before the first login, in a thread."""
    await asyncio.to_thread(_decoy)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; this takes tens of milliseconds."""
    return _hasher().hash(normalize("NFC", password))


def needs_rehash(stored_hash: str) -> bool:
    """Return whether the parameters of a hash are outdated."""
    return _hasher().check_needs_rehash(stored_hash)


def yield_to_requests() -> None:
    """Lower the priority of this thread, where the system supports it (Linux)."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class Passwords:
    """Password hasher and checker, in threads of low priority."""

    def __init__(self) -> None:
        """Create the slots and their threads."""
        self._slots = HashingSlots()
        self._threads = ThreadPoolExecutor(AT_ONCE, "passwords", yield_to_requests)

    async def hash(self, password: str, urgency: Urgency = Urgency.SIGN_UP) -> str:
        """Return the argon2id hash of a password. Raises ApiError 503."""
        async with self._slots.slot(urgency):
            return await self.in_thread(hash_password, password)

    async def matches(
        self, password: str, stored_hash: str | None, urgency: Urgency = Urgency.LOGIN
    ) -> bool:
        """Return whether a password matches a hash; equally slow without a hash.

        The password is tried as typed, for older hashes, then in NFC. Raises ApiError 503.
        """
        async with self._slots.slot(urgency):
            return await self.in_thread(_matches, password, stored_hash)

    async def in_thread(self, work: Callable[..., Value], *args: object) -> Value:
        """Call a function in a thread of low priority."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)


def _matches(password: str, stored_hash: str | None) -> bool:
    forms = dict.fromkeys((password, normalize("NFC", password)))
    return any(_verifies(form, stored_hash) for form in forms) and bool(stored_hash)


def _verifies(password: str, stored_hash: str | None) -> bool:
    try:
        return _hasher().verify(stored_hash or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
