"""Bases of the owner's resources: session, page and body; the append of commands."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from falcon.asgi import Request, Response

from domain.runtime.new_ids import new_id
from domain.runtime.settings import Settings
from domain.store.postgres.command_log import Authority, Draft
from domain.store.postgres.engine import run
from domain.store.postgres.owned import OwnedPage, page_of
from domain.store.postgres.sessions import Holder
from web.http.auth import Authenticator
from web.http.bodies import LIMIT_BYTES, decode_body, read_body
from web.http.errors import not_found
from web.http.responses import Completer, Describer, Writes, idempotency
from web.writes.submit import NoAuthorityError

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

Shape = TypeVar("Shape", bound=msgspec.Struct)


@dataclass(eq=False)
class OwnerResource:
    """Base of the owner's resources."""

    engine: "AsyncEngine"
    authenticator: Authenticator

    async def holder(self, req: Request) -> Holder:
        """Return the owner of the session. Raises ApiError 401, 403."""
        return await self.authenticator.owner(req)

    async def page(self, req: Request, page_id: str) -> OwnedPage:
        """Return a page of the session's owner. Raises ApiError 404 for other pages."""
        return await self.page_of_owner(await self.holder(req), page_id)

    async def page_of_owner(self, holder: Holder, page_id: str) -> OwnedPage:
        """Return a page of `holder`. Raises ApiError 404 for other pages."""
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


@dataclass(eq=False)
class WritingResource(OwnerResource):
    """Base of the owner's resources that append commands."""

    writes: Writes

    async def write(
        self,
        req: Request,
        resp: Response,
        holder: Holder,
        command: Any,  # noqa: ANN401 - any command
        describe: Describer,
        *,
        stream_id: str = "",
        raw: bytes = b"",
        status: int = 200,
    ) -> None:
        """Append to the stream of a page or the account. Raises ApiError 404."""
        if stream_id == holder.account_id:  # the stream of the account is no page
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
        """Return a draft; without `stream_id` it goes to the account's stream."""
        authority = Authority("owner", holder.account_id)
        target_id = stream_id or holder.account_id
        return Draft(new_id("r"), command, authority, target_id, idempotency(req, raw))

    async def answer(
        self,
        req: Request,
        resp: Response,
        draft: Draft,
        describe: Describer,
        *,
        complete: Completer | None = None,
        status: int = 200,
    ) -> None:
        """Append a draft and answer with its outcome. Raises ApiError 404."""
        try:
            await self.writes.answer(req, resp, draft, describe, complete=complete, status=status)
        except NoAuthorityError:
            raise not_found("page") from None


@dataclass(eq=False)
class HostResource(WritingResource):
    """Base of the owner's resources that name hosts."""

    settings: Settings
