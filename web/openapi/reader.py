"""`/docs/reader.json`: names of a logged-in owner's own pages, for the examples of /docs."""

from typing import TYPE_CHECKING

import falcon
import msgspec
from falcon.asgi import Request, Response

from domain.runtime.settings import Settings
from domain.store.postgres.engine import UNREACHABLE, Connection, run
from domain.store.postgres.owned import first_leaves_of, pages_of
from web.http.auth import Authenticator
from web.http.errors import ApiError
from web.http.wire import Answer

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine


class ReaderLeaf(Answer, frozen=True):
    """A component for the examples."""

    id: str
    name: str


class ReaderPage(Answer, frozen=True):
    """A page of the reader, with a component if it has one."""

    id: str
    name: str
    url: str | None
    component: ReaderLeaf | None


class Reader(Answer, frozen=True):
    """Whether a session asks, and its account's pages."""

    is_logged_in: bool
    pages: list[ReaderPage]


STRANGER = Reader(is_logged_in=False, pages=[])


class ReaderResource:
    """`GET /docs/reader.json`."""

    def __init__(
        self, engine: "AsyncEngine", authenticator: Authenticator, settings: Settings
    ) -> None:
        """Read pages from `engine`."""
        self._engine, self._authenticator, self._settings = engine, authenticator, settings

    async def on_get(self, req: Request, resp: Response) -> None:
        """Send the reader's pages; a stranger has none."""
        resp.set_header("Cache-Control", "no-store")
        resp.content_type = falcon.MEDIA_JSON
        resp.data = msgspec.json.encode(await self.fetch_reader(req))

    async def fetch_reader(self, req: Request) -> Reader:
        """Return the pages of the session's account; none if it can't be read."""
        try:
            holder = await self._authenticator.owner(req)
            pages = await run(self._engine, list_pages, holder.account_id, self._settings)
        except (ApiError, *UNREACHABLE):  # the docs do not depend on a session or the database
            return STRANGER
        return Reader(is_logged_in=True, pages=pages)


def list_pages(conn: Connection, account_id: str, settings: Settings) -> list[ReaderPage]:
    """Return an account's pages, oldest first."""
    leaves = first_leaves_of(conn, account_id)
    return [
        ReaderPage(
            page.id,
            page.name,
            settings.page_url(page.host) if page.host else None,
            ReaderLeaf(*leaves[page.id]) if page.id in leaves else None,
        )
        for page in pages_of(conn, account_id)
    ]
