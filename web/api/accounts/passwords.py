"""Password hashing: argon2id in threads, a few at once. New hashes use NFC."""

import asyncio
import contextlib
import heapq
import itertools
import os
import secrets
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from enum import IntEnum
from functools import cache
from typing import Final, TypeAlias, TypeVar
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.runtime.settings import load_settings
from web.http.errors import ApiError, unavailable

AT_ONCE: Final = 2  # each hash takes PASSWORD_MEMORY_MIB and a core for tens of milliseconds
WAITING_MAX: Final = 20  # two at a time, they are done within a second
BUSY: Final = "Too many passwords are being checked at the moment. Please try again."


class Urgency(IntEnum):
    """Priority of a hash; logins come first, because a login blocks all other work."""

    LOGIN = 0
    SIGN_UP = 1
    CONFIRMATION = 2


Waiter: TypeAlias = tuple[Urgency, int, asyncio.Future[None]]


class HashingSlots:
    """Hashing slots; past `WAITING_MAX` the least urgent, latest waiter is rejected."""

    def __init__(self) -> None:
        """Start with an empty queue."""
        self._running = 0
        self._waiting: list[Waiter] = []
        self._numbers = itertools.count()

    @asynccontextmanager
    async def slot(self, urgency: Urgency) -> AsyncIterator[None]:
        """Wait for a slot. Raises ApiError 503."""
        await self._enter(urgency)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, urgency: Urgency) -> None:
        if self._running < AT_ONCE:
            self._running += 1
            return
        if len(self._waiting) >= WAITING_MAX:
            self._refuse_one_for(urgency)
        waiter: Waiter = (urgency, next(self._numbers), asyncio.Future())
        heapq.heappush(self._waiting, waiter)
        try:
            await waiter[2]
        except asyncio.CancelledError:
            self._forget(waiter)
            raise

    def _refuse_one_for(self, urgency: Urgency) -> None:
        """Reject the least urgent waiter, or the caller if it is no more urgent."""
        least_urgent = max(self._waiting)
        if least_urgent[0] <= urgency:
            raise busy()
        self._drop(least_urgent)
        if not least_urgent[2].done():
            least_urgent[2].set_exception(busy())

    def _drop(self, waiter: Waiter) -> None:
        self._waiting.remove(waiter)
        heapq.heapify(self._waiting)

    def _forget(self, waiter: Waiter) -> None:
        """Remove a cancelled waiter; pass on a slot that it already had."""
        if waiter in self._waiting:
            self._drop(waiter)
        elif not waiter[2].cancelled() and waiter[2].exception() is None:
            self._leave()

    def _leave(self) -> None:
        """Pass the slot to the next waiter."""
        while self._waiting:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)
                return
        self._running -= 1


def busy() -> ApiError:
    """Return a 503 for a full hashing queue."""
    return unavailable(BUSY)


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
