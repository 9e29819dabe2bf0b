"""News of pages: who waits for a publication hears of the next one."""

import asyncio
import contextlib


class News:
    """All that wait for something to be published of a page."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._of: dict[str, set[asyncio.Future[None]]] = {}

    def tell(self, page_id: str) -> None:
        """Wake who waits for a page."""
        for woken in self._of.pop(page_id, ()):
            if not woken.done():
                woken.set_result(None)

    async def of(self, page_id: str, timeout_s: float) -> None:
        """Wait until something is published of a page, at the longest `timeout_s`."""
        woken = asyncio.get_running_loop().create_future()
        self._of.setdefault(page_id, set()).add(woken)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken, timeout_s)
        finally:
            self._forget(page_id, woken)

    def _forget(self, page_id: str, woken: asyncio.Future[None]) -> None:
        waiting = self._of.get(page_id, set())
        waiting.discard(woken)
        if not waiting:
            self._of.pop(page_id, None)
