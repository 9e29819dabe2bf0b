"""Publication events of pages: waiters are notified of the next one."""

import asyncio
import contextlib


class PageEvents:
    """The waiters for publications, by page."""

    def __init__(self) -> None:
        """Start without waiters."""
        self._waiters: dict[str, set[asyncio.Future[None]]] = {}

    def notify(self, page_id: str) -> None:
        """Wake the waiters of a page."""
        for future in self._waiters.pop(page_id, ()):
            if not future.done():
                future.set_result(None)

    async def of(self, page_id: str, timeout_s: float) -> None:
        """Wait for a publication of a page, at most `timeout_s` seconds."""
        future = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(page_id, set()).add(future)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(future, timeout_s)
        finally:
            self._forget(page_id, future)

    def _forget(self, page_id: str, future: asyncio.Future[None]) -> None:
        waiters = self._waiters.get(page_id, set())
        waiters.discard(future)
        if not waiters:
            self._waiters.pop(page_id, None)
