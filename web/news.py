"""News of pages: who waits for a publication hears of the next one."""

import asyncio
import contextlib


class News:
    """All that wait for something to be published of a page."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._of: dict[str, asyncio.Event] = {}

    def tell(self, page_id: str) -> None:
        """Wake who waits for a page."""
        if page_id in self._of:
            self._of.pop(page_id).set()

    async def of(self, page_id: str, timeout_s: float) -> None:
        """Wait until something is published of a page, at the longest `timeout_s`."""
        event = self._of.setdefault(page_id, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), timeout_s)
