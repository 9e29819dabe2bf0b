"""Password attempts: counted before the hash, refunded unless the password was wrong.

Counting first limits concurrent guesses too.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

from domain import rate_limits as rules
from domain.calendar import format_wait
from domain.rate_limits import Limit
from domain.runtime.credentials import email_key
from domain.store.redis.rate_counts import AttemptCounts
from web.http.errors import ApiError

Count: TypeAlias = tuple[Limit, tuple[str, ...]]
BAD_LOGIN = "BAD_LOGIN"


def login_counts(address: str, email: str, device: str | None) -> tuple[Count, ...]:
    """Return the limits of a login; `device` is the hash of a known token.

    A recognized device has its own limit, so attempts of strangers do not affect it. The limits
    are the same whether or not the e-mail has an account.
    """
    account = email_key(email)
    if device is not None:
        return ((rules.LOGIN_DEVICE, (account, device)),)
    return (
        (rules.LOGIN_ADDRESS, (address,)),
        (rules.LOGIN_PAIR, (account, address)),
        (rules.LOGIN_STRANGERS, (account,)),
    )


@dataclass(frozen=True, slots=True)
class Attempts:
    """Counter of password attempts, with the limits of a process."""

    limits: AttemptCounts

    @asynccontextmanager
    async def count_attempt(self, *counts: Count) -> AsyncIterator[None]:
        """Count an attempt; keep the count only if it ends with BAD_LOGIN.

        Raises ApiError 429 before the attempt; a rejected attempt is not counted.
        """
        await self.take(*counts)
        try:
            yield
        except Exception as error:
            if not (isinstance(error, ApiError) and error.code == BAD_LOGIN):
                await self._give_back(counts)
            raise
        await self._give_back(counts)

    async def take(self, *counts: Count) -> None:
        """Count one in each limit; if one is exhausted, count none. Raises ApiError 429."""
        for position, (limit, parts) in enumerate(counts, start=1):
            wait_s = await self.limits.hit(limit, *parts)
            if wait_s is not None:
                await self._give_back(counts[:position])
                raise too_many_attempts(wait_s)

    async def _give_back(self, counts: tuple[Count, ...]) -> None:
        for limit, parts in counts:
            await self.limits.give_back(limit, *parts)


def too_many_attempts(wait_s: int) -> ApiError:
    """Return a 429 with the time to the next attempt."""
    sentence = f"Too many attempts. Please try again in {format_wait(wait_s)}."
    return ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})
