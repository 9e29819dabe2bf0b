"""Attempts at passwords: counted before one is hashed, given back unless it was wrong.

Counting first keeps a thousand guesses that come at once from all being the first.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from domain import rate_limits as rules
from domain.rate_limits import Limit
from domain.runtime.email_keys import email_key
from domain.store.redis.rate_counts import Limits
from web.http.errors import ApiError

Count: TypeAlias = tuple[Limit, tuple[str, ...]]
BAD_LOGIN = "BAD_LOGIN"


def login_counts(address: str, email: str, device: str | None) -> tuple[Count, ...]:
    """Return what a login counts against; `device` is the hash of one that its account knows.

    Such a device has a count of its own, so that nothing that strangers do concerns it. Whether
    there is an account for the e-mail makes no difference.
    """
    account = email_key(email)
    if device is not None:
        return ((rules.LOGIN_DEVICE, (account, device)),)
    return (
        (rules.LOGIN_ADDRESS, (address,)),
        (rules.LOGIN_PAIR, (account, address)),
        (rules.LOGIN_STRANGERS, (account,)),
    )


class Attempts:
    """Counts attempts with the limits of a process."""

    def __init__(self, limits: Limits) -> None:
        """Count with `limits`."""
        self._limits = limits

    @asynccontextmanager
    async def counted(self, *counts: Count) -> AsyncIterator[None]:
        """Count an attempt; it stays counted if it ends with BAD_LOGIN.

        Raises ApiError 429 before anything is tried; that counts nowhere.
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
        """Count one in each, in order; if one is used up, none counts. Raises ApiError 429."""
        for place, (limit, parts) in enumerate(counts, start=1):
            wait_s = await self._limits.hit(limit, *parts)
            if wait_s is not None:
                await self._give_back(counts[:place])
                raise too_many(wait_s)

    async def _give_back(self, counts: tuple[Count, ...]) -> None:
        for limit, parts in counts:
            await self._limits.give_back(limit, *parts)


def too_many(wait_s: int) -> ApiError:
    """Return a 429 that says when to try again."""
    sentence = f"Too many attempts. Please try again in {duration(wait_s)}."
    return ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})


def duration(wait_s: int) -> str:
    """Say a number of seconds for a person; never less than it is."""
    minutes = -(-wait_s // rules.MINUTE_S)
    if wait_s < rules.MINUTE_S:
        return f"{wait_s} second{'' if wait_s == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
