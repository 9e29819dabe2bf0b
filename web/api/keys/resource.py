"""The keys of a page, stored as hashes. Source: docs/behaviour.md, "Keys"."""

from falcon.asgi import Request, Response

from domain.page.commands import ChangeKey, CreateKey, DeleteKey
from domain.runtime.new_ids import new_api_key, new_id, secret_hash
from domain.store.postgres.engine import run
from domain.store.postgres.owned import keys_of
from web.api.keys import docs
from web.api.keys.answers import CreatedKey, RotatedKey, key_change_view, key_view
from web.api.owner_resource import OwnerResource
from web.api.owner_schemas import KeyChange, NewKey, is_empty
from web.http.errors import invalid
from web.http.responses import write_data
from web.http.wire import to_id_data
from web.openapi.describe import describes


class Keys(OwnerResource):
    """`GET` and `POST /api/v1/status/:pageID/keys`."""

    @describes(docs.LIST_KEYS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List the keys of a page, without their secrets."""
        page = await self.page(req, page_id)
        write_data(resp, [key_view(key) for key in await run(self.engine, keys_of, page.id)])

    @describes(docs.CREATE_KEY)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Create a key; only this answer contains its secret."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewKey)
        secret = new_api_key()
        command = CreateKey(new_id("k"), body.name, secret_hash(secret))

        def describe(first: CreateKey) -> CreatedKey:
            return {"id": first.key_id, "name": first.name, "key": secret}

        await self.write(
            req, resp, holder, command, describe, stream_id=page_id, raw=raw, status=201
        )


class OneKey(OwnerResource):
    """`PATCH` and `DELETE /api/v1/status/:pageID/keys/:kid`."""

    @describes(docs.CHANGE_KEY)
    async def on_patch(self, req: Request, resp: Response, page_id: str, kid: str) -> None:
        """Rename, disable or enable a key."""
        holder = await self.holder(req)
        raw, body = await self.body(req, KeyChange)
        if is_empty(body):
            raise invalid("Give at least one of name, disabled.")
        command = ChangeKey(kid, body.name, body.disabled)
        await self.write(req, resp, holder, command, key_change_view, stream_id=page_id, raw=raw)

    @describes(docs.DELETE_KEY)
    async def on_delete(self, req: Request, resp: Response, page_id: str, kid: str) -> None:
        """Delete a key, effective with this answer."""
        holder = await self.holder(req)
        command = DeleteKey(kid)
        await self.write(
            req, resp, holder, command, lambda c: to_id_data(c.key_id), stream_id=page_id
        )


class KeyRotation(OwnerResource):
    """`POST /api/v1/status/:pageID/keys/:kid/rotate`."""

    @describes(docs.ROTATE_KEY)
    async def on_post(self, req: Request, resp: Response, page_id: str, kid: str) -> None:
        """Replace the secret of a key, effective with this answer."""
        holder = await self.holder(req)
        secret = new_api_key()
        command = ChangeKey(kid, hash=secret_hash(secret))

        def describe(first: ChangeKey) -> RotatedKey:
            return {"id": first.key_id, "key": secret}

        await self.write(req, resp, holder, command, describe, stream_id=page_id)
