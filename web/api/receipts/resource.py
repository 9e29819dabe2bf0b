"""Receipts: the outcome of a write. Source: docs/behaviour.md, "Receipts"."""

from falcon.asgi import Request, Response

from domain.store.postgres.command_log import Authority
from domain.store.postgres.engine import run
from domain.store.postgres.receipts import receipt_for
from web.api.receipts import docs
from web.api.receipts.answers import receipt_view
from web.http.auth import Authenticator, parse_bearer
from web.http.errors import not_found
from web.http.responses import write_data
from web.openapi.describe import describes
from web.process import Process


class Receipts:
    """`GET /api/v1/receipts/:rid`."""

    def __init__(self, process: Process, authenticator: Authenticator) -> None:
        """Read from the database of `process`."""
        self._engine = process.engine
        self._authenticator = authenticator

    @describes(docs.READ_RECEIPT)
    async def on_get(self, req: Request, resp: Response, rid: str) -> None:
        """Return the receipt of a write to a live key or a session."""
        authority = await self.authority(req)
        receipt = await run(self._engine, receipt_for, rid, authority)
        if receipt is None:
            raise not_found("receipt")
        write_data(resp, receipt_view(receipt))

    async def authority(self, req: Request) -> Authority:
        """Return the authority of the request: its key, otherwise its session."""
        if req.get_header("Authorization") is None:
            holder = await self._authenticator.owner(req)
            return Authority("owner", holder.account_id)
        key = parse_bearer(req)
        await self._authenticator.live_key(key)
        return key
