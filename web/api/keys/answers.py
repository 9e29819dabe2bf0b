"""Answers about the keys of a page."""

from typing import Annotated, Required, TypedDict

from msgspec import Meta

from domain.calendar import iso
from domain.page.commands import ChangeKey
from domain.store.postgres.owned import OwnedKey
from web.http.responses import iso as iso_or_none
from web.http.wire import Id, Instant

KEY_NOTE = "The secret. It is told this once: a repeat by Idempotency-Key says null."
Secret = Annotated[str | None, Meta(description=KEY_NOTE)]


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
    """Return a key as JSON, without its secret."""
    return {
        "id": key.id,
        "name": key.name,
        "disabled": key.disabled,
        "createdAt": iso(key.created_at),
        "lastUsedAt": iso_or_none(key.last_used_at),
    }


def key_change_view(command: ChangeKey) -> ChangedKey:
    """Return the changed fields of a key."""
    changes: ChangedKey = {"id": command.key_id}
    if command.name is not None:
        changes["name"] = command.name
    if command.disabled is not None:
        changes["disabled"] = command.disabled
    return changes
