"""What an owner's resources share: who asks, the page's stream, and the writing of a command."""

from typing import Any, TypeVar

import msgspec
from falcon.asgi import Request, Response

from domain.runtime.new_ids import mint
from domain.store.postgres.accounts.sessions import Holder
from domain.store.postgres.command_log import Authority, Draft
from domain.store.postgres.engine import run
from domain.store.postgres.owned import OwnedPage, page_of
from web.http.auth import Gate
from web.http.bodies import LIMIT_BYTES, decode_body, read_body
from web.http.errors import not_found
from web.http.responses import Completed, Described, Writes, idempotency
from web.process import Process
from web.writes.submit import NoAuthorityError

Shape = TypeVar("Shape", bound=msgspec.Struct)


class Owner:
    """The hands of an owner's resource."""

    def __init__(self, process: Process, gate: Gate, writes: Writes) -> None:
        """Ask `gate`, read from the database of `process`, write through `writes`."""
        self.process = process
        self.settings = process.settings
        self.engine = process.engine
        self._gate = gate
        self._writes = writes

    async def holder(self, req: Request) -> Holder:
        """Return whose session it is. Raises ApiError 401, 403."""
        return await self._gate.owner(req)

    async def page(self, req: Request, page_id: str) -> OwnedPage:
        """Return one of the owner's pages. Raises ApiError 404 for another's."""
        return await self.page_held_by(await self.holder(req), page_id)

    async def page_held_by(self, holder: Holder, page_id: str) -> OwnedPage:
        """Return one of the pages of who asks. Raises ApiError 404 for another's."""
        page = await run(self.engine, page_of, holder.account_id, page_id)
        if page is None:
            raise not_found("page")
        return page

    async def body(
        self, req: Request, shape: type[Shape], limit: int = LIMIT_BYTES
    ) -> tuple[bytes, Shape]:
        """Return the body, raw and decoded. Raises ApiError 400, 413, 415."""
        raw = await read_body(req, limit)
        return raw, decode_body(raw, shape)

    async def write(
        self,
        req: Request,
        resp: Response,
        holder: Holder,
        command: Any,  # noqa: ANN401 - any command
        describe: Described,
        *,
        stream_id: str = "",
        raw: bytes = b"",
        status: int = 200,
    ) -> None:
        """Append to a page's stream, or the account's own. Raises ApiError 404 for another's."""
        if stream_id == holder.account_id:  # it is hers, but no page
            raise not_found("page")
        draft = self.draft(req, holder, command, raw, stream_id)
        await self.answer(req, resp, draft, describe, status=status)

    def draft(
        self,
        req: Request,
        holder: Holder,
        command: Any,  # noqa: ANN401 - any command
        raw: bytes,
        stream_id: str = "",
    ) -> Draft:
        """Return a command of the owner's on its way to a page's stream, or her account's own."""
        authority = Authority("owner", holder.account_id)
        stream = stream_id or holder.account_id
        return Draft(mint("r"), command, authority, stream, idempotency(req, raw))

    async def answer(
        self,
        req: Request,
        resp: Response,
        draft: Draft,
        describe: Described,
        *,
        complete: Completed | None = None,
        status: int = 200,
    ) -> None:
        """Append a draft and answer with what became of it. Raises ApiError 404 for another's."""
        try:
            await self._writes.answer(req, resp, draft, describe, complete=complete, status=status)
        except NoAuthorityError:
            raise not_found("page") from None
