"""Receipts: what became of a write. Source: docs/behaviour.md, "Receipts"."""

from falcon.asgi import Request, Response

from domain.store.postgres.command_log import Authority
from domain.store.postgres.engine import run
from domain.store.postgres.receipts import receipt_for
from web.api.receipts import docs as said
from web.api.receipts.answers import receipt_view
from web.http.auth import Gate, bearer
from web.http.errors import not_found
from web.http.responses import write_data
from web.openapi.describe import describes
from web.process import Process


class Receipts:
    """`GET /api/v1/receipts/:rid`."""

    def __init__(self, process: Process, gate: Gate) -> None:
        """Read from the database of `process`, after asking `gate`."""
        self._engine = process.engine
        self._gate = gate

    @describes(said.READ_RECEIPT)
    async def on_get(self, req: Request, resp: Response, rid: str) -> None:
        """Tell how far a write got, to a live key of its page or a session of its owner."""
        authority = await self.authority(req)
        found = await run(self._engine, receipt_for, rid, authority)
        if found is None:
            raise not_found("receipt")
        write_data(resp, receipt_view(found))

    async def authority(self, req: Request) -> Authority:
        """Return who asks: by key if one is presented, else by session."""
        if req.get_header("Authorization") is None:
            holder = await self._gate.owner(req)
            return Authority("owner", holder.account_id)
        key = bearer(req)
        await self._gate.live_key(key)
        return key
