"""The keys of a page, stored as hashes. Source: docs/behaviour.md, "Keys"."""

from typing import Annotated

from falcon.asgi import Request, Response
from msgspec import Meta

from domain.page.commands import ChangeKey, CreateKey, DeleteKey
from domain.runtime.new_ids import new_api_key, new_id, secret_hash
from domain.store.postgres.engine import run
from domain.store.postgres.owned import keys_of
from web.api.audit_sentences import name_sentence, quoted, reference_sentence
from web.api.owner_resource import KeyChange, NewKey, WritingResource
from web.http.commands import build_command
from web.http.responses import write_data
from web.http.wire import Answer, Id, Instant, Named, to_answer
from web.openapi.describe import Example, Operation, PathParameter, describes, echo_of
from web.openapi.operations import TAIL, Area, Names, Payload

KEY_NOTE = "The secret. It is told this once: a repeat by Idempotency-Key says null."
Secret = Annotated[str | None, Meta(description=KEY_NOTE)]


class Key(Answer, frozen=True):
    """A key without its secret; used: to the minute."""

    id: Id
    name: str
    disabled: bool
    created_at: Instant
    last_used_at: Instant | None


class CreatedKey(Answer, frozen=True):
    """A new key with its secret."""

    id: Id
    name: str
    key: Secret


class RotatedKey(Answer, frozen=True):
    """A key's new secret."""

    id: str
    key: Secret


TAG = "Keys"
KEY = "k_" + TAIL.format("f")
SECRET = "hyd_status_4pYk0cVt2uJr8mQxZ1nB6wEs9aHfLdGi3oTyUvKbRe0"  # noqa: S105 - an example

LIST_KEYS = Operation(
    name="listKeys",
    tag=TAG,
    summary="List the page's keys, without their secrets.",
    data=list[Key],
    examples=(
        Example(
            "one key",
            data=[
                {
                    "id": KEY,
                    "name": "Prometheus",
                    "disabled": False,
                    "createdAt": "2026-11-23T14:02:00.000Z",
                    "lastUsedAt": None,
                }
            ],
        ),
    ),
)
CREATE_KEY = Operation(
    name="createKey",
    tag=TAG,
    summary="Create a key. Only this answer holds its secret.",
    body=NewKey,
    data=CreatedKey,
    status=201,
    examples=(
        Example(
            "a key",
            body={"name": "Prometheus"},
            data={"id": KEY, "name": "Prometheus", "key": SECRET},
        ),
    ),
)
CHANGE_KEY = Operation(
    name="changeKey",
    tag=TAG,
    summary="Rename, disable or enable a key; it holds from this answer on.",
    body=KeyChange,
    data=echo_of(KeyChange),
    examples=(
        Example("switch it off", body={"disabled": True}, data={"id": KEY, "disabled": True}),
    ),
)
DELETE_KEY = Operation(
    name="deleteKey",
    tag=TAG,
    summary="Delete a key. It opens nothing from this answer on.",
    data=Named,
    examples=(Example("a key", data={"id": KEY}),),
)
ROTATE_KEY = Operation(
    name="rotateKey",
    tag=TAG,
    summary="Replace the secret of a key. The old one opens nothing from this answer on.",
    data=RotatedKey,
    examples=(Example("a key", data={"id": KEY, "key": SECRET}),),
)


class Keys(WritingResource):
    """`GET` and `POST /api/v1/status/:pageID/keys`."""

    @describes(LIST_KEYS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List the keys of a page, without their secrets."""
        page = await self.page(req, page_id)
        write_data(resp, [to_answer(Key, key) for key in await run(self.engine, keys_of, page.id)])

    @describes(CREATE_KEY)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Create a key; only this answer contains its secret."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewKey)
        secret = new_api_key()
        command = CreateKey(new_id("k"), body.name, secret_hash(secret))

        def describe(first: CreateKey) -> CreatedKey:
            return CreatedKey(first.key_id, first.name, secret)

        await self.write(
            req, resp, holder, command, describe, stream_id=page_id, raw=raw, status=201
        )


class OneKey(WritingResource):
    """`PATCH` and `DELETE /api/v1/status/:pageID/keys/:kid`."""

    @describes(CHANGE_KEY)
    async def on_patch(self, req: Request, resp: Response, page_id: str, kid: str) -> None:
        """Rename, disable or enable a key."""
        holder = await self.holder(req)
        raw, body, changes = await self.read_change(req, KeyChange)
        command, answer = build_command(ChangeKey, body, key_id=kid), {"id": kid, **changes}
        await self.write(req, resp, holder, command, lambda _: answer, stream_id=page_id, raw=raw)

    @describes(DELETE_KEY)
    async def on_delete(self, req: Request, resp: Response, page_id: str, kid: str) -> None:
        """Delete a key, effective with this answer."""
        holder = await self.holder(req)
        command = DeleteKey(kid)
        await self.write(req, resp, holder, command, lambda c: Named(c.key_id), stream_id=page_id)


class KeyRotation(WritingResource):
    """`POST /api/v1/status/:pageID/keys/:kid/rotate`."""

    @describes(ROTATE_KEY)
    async def on_post(self, req: Request, resp: Response, page_id: str, kid: str) -> None:
        """Replace the secret of a key, effective with this answer."""
        holder = await self.holder(req)
        secret = new_api_key()
        command = ChangeKey(kid, hash=secret_hash(secret))

        def describe(first: ChangeKey) -> RotatedKey:
            return RotatedKey(first.key_id, secret)

        await self.write(req, resp, holder, command, describe, stream_id=page_id)


def key_sentence(payload: Payload, names: Names) -> str:
    """Return the change of a key."""
    key = f"the key {quoted(names.get(payload.get('key_id', '')), 'that is gone')}"
    if payload.get("hash"):
        return f"Rotated {key}"
    if payload.get("disabled") is not None:
        return f"{'Disabled' if payload['disabled'] else 'Enabled'} {key}"
    return f"Renamed a key to {quoted(payload.get('name'), '')}"


AREA = Area(
    {
        "/api/v1/status/{page_id}/keys": Keys,
        "/api/v1/status/{page_id}/keys/{kid}": OneKey,
        "/api/v1/status/{page_id}/keys/{kid}/rotate": KeyRotation,
    },
    {"kid": PathParameter("keyId", "A key of the page.", KEY)},
    sentences={
        "CreateKey": name_sentence("Created the key", "name"),
        "ChangeKey": key_sentence,
        "DeleteKey": reference_sentence("Deleted", "the key", "key_id"),
    },
)
