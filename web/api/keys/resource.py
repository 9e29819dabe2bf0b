"""Keys of a page's monitors: told once, stored as hashes. Source: docs/behaviour.md, "Keys"."""

from falcon.asgi import Request, Response

from domain.page.commands import ChangeKey, CreateKey, DeleteKey
from domain.runtime.new_ids import mint, mint_key, secret_hash
from domain.store.postgres.engine import run
from domain.store.postgres.owned import keys_of
from web.api.keys import docs as said
from web.api.keys.answers import CreatedKey, RotatedKey, changed_key, key_view
from web.api.owner_resource import Owner
from web.api.owner_schemas import KeyChange, NewKey, is_empty
from web.http.errors import invalid
from web.http.responses import write_data
from web.http.wire import named
from web.openapi.describe import describes


class Keys(Owner):
    """`GET` and `POST /api/v1/status/:pageID/keys`."""

    @describes(said.LIST_KEYS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List a page's keys, without their secrets."""
        page = await self.page(req, page_id)
        write_data(resp, [key_view(key) for key in await run(self.engine, keys_of, page.id)])

    @describes(said.CREATE_KEY)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Make a key; its secret is in this answer and in no other."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewKey)
        secret = mint_key()
        command = CreateKey(mint("k"), body.name, secret_hash(secret))

        def created(first: CreateKey) -> CreatedKey:
            return {"id": first.key_id, "name": first.name, "key": secret}

        await self.write(
            req, resp, holder, command, created, stream_id=page_id, raw=raw, status=201
        )


class OneKey(Owner):
    """`PATCH` and `DELETE /api/v1/status/:pageID/keys/:kid`."""

    @describes(said.CHANGE_KEY)
    async def on_patch(self, req: Request, resp: Response, page_id: str, kid: str) -> None:
        """Rename, disable or enable a key."""
        holder = await self.holder(req)
        raw, body = await self.body(req, KeyChange)
        if is_empty(body):
            raise invalid("Give at least one of name, disabled.")
        command = ChangeKey(kid, body.name, body.disabled)
        await self.write(req, resp, holder, command, changed_key, stream_id=page_id, raw=raw)

    @describes(said.DELETE_KEY)
    async def on_delete(self, req: Request, resp: Response, page_id: str, kid: str) -> None:
        """Take a key away; from this answer on it opens nothing."""
        holder = await self.holder(req)
        command = DeleteKey(kid)
        await self.write(req, resp, holder, command, lambda c: named(c.key_id), stream_id=page_id)


class KeyRotation(Owner):
    """`POST /api/v1/status/:pageID/keys/:kid/rotate`."""

    @describes(said.ROTATE_KEY)
    async def on_post(self, req: Request, resp: Response, page_id: str, kid: str) -> None:
        """Give a key another secret; the old one opens nothing from this answer on."""
        holder = await self.holder(req)
        secret = mint_key()
        command = ChangeKey(kid, hash=secret_hash(secret))

        def rotated(first: ChangeKey) -> RotatedKey:
            return {"id": first.key_id, "key": secret}

        await self.write(req, resp, holder, command, rotated, stream_id=page_id)
