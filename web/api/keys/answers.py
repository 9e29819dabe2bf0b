"""Answers about a page's keys."""

from typing import Annotated, Required, TypedDict

from msgspec import Meta

from domain.calendar import iso as written
from domain.page.commands import ChangeKey
from domain.store.postgres.owned import OwnedKey
from web.http.responses import iso
from web.http.wire import Id, Instant

TOLD_ONCE = "The secret. It is told this once: a repeat by Idempotency-Key says null."
Secret = Annotated[str | None, Meta(description=TOLD_ONCE)]


class Key(TypedDict):
    """A key without its secret; used: to the minute."""

    id: Id
    name: str
    disabled: bool
    createdAt: Instant
    lastUsedAt: Instant | None


class CreatedKey(TypedDict):
    """A new key with its secret."""

    id: Id
    name: str
    key: Secret


class RotatedKey(TypedDict):
    """A key's new secret."""

    id: str
    key: Secret


class ChangedKey(TypedDict, total=False):
    """What was given, and the key's id."""

    id: Required[str]
    name: str
    disabled: bool


def key_view(key: OwnedKey) -> Key:
    """Return a key, without its secret."""
    return {
        "id": key.id,
        "name": key.name,
        "disabled": key.disabled,
        "createdAt": written(key.created_at),
        "lastUsedAt": iso(key.last_used_at),
    }


def changed_key(command: ChangeKey) -> ChangedKey:
    """Return what a key was told to be."""
    told: ChangedKey = {"id": command.key_id}
    if command.name is not None:
        told["name"] = command.name
    if command.disabled is not None:
        told["disabled"] = command.disabled
    return told
