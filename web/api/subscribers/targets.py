"""The check of a URL before it is stored as the address of a subscriber.

Source: docs/behaviour.md, "Outgoing requests".
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from domain.runtime.outgoing.target import BadTargetError, Target, Targets, UncheckedTargetError
from domain.runtime.settings import Settings
from domain.store.redis.publisher import is_active_host
from web.http.errors import invalid, unavailable

# A check waits for DNS. Names that do not answer take no threads from others, nor memory for long.
THREADS: Final = 4
WAITING_MAX: Final = 32
WITHIN_S: Final = 12.0
BUSY: Final = "This address can't be checked at the moment. Nothing was accepted; please try again."


class TargetChecks:
    """The checks of one process."""

    def __init__(self, settings: Settings) -> None:
        """Start without threads."""
        self._targets = Targets(settings, is_active_host)
        self._threads = ThreadPoolExecutor(THREADS, "target-check")
        self._waiting = 0

    async def check(self, url: str) -> Target:
        """Return the target of a URL. Raises ApiError 400 and 503."""
        if self._waiting >= WAITING_MAX:
            raise unavailable(BUSY)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(WITHIN_S):
                return await loop.run_in_executor(self._threads, self._targets.check, url)
        except BadTargetError as error:
            raise invalid(str(error), "address") from None
        except (TimeoutError, UncheckedTargetError):
            raise unavailable(BUSY) from None
        finally:
            self._waiting -= 1
