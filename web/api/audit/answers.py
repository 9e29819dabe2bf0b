"""Answers about the audit log of a page; they contain no secrets."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, TypeAlias

import msgspec

from domain.store.postgres.audit import Audit, LoggedCommand
from domain.store.postgres.command_codec import KINDS
from web.api.audit.sentences import sentence
from web.http.wire import Answer, Id, Instant, to_answer

# A field with one of these words in its name is left out, at any depth of any command.
SECRET = frozenset({"hash", "secret", "secrets", "password", "token", "cookie", "etag"})
ActorKind: TypeAlias = Literal["owner", "key", "clock", "operator", "system"]
Outcome: TypeAlias = Literal["applied", "refused", "failed", "waiting"]
ACTORS: Mapping[str, tuple[ActorKind, str]] = {
    "clock": ("clock", "The clock"),
    "operator": ("operator", "The operator"),
}


class ActorView(Answer, frozen=True):
    """The actor of an entry; the clock, the operator and the system have no id."""

    type: ActorKind
    id: Id | None
    name: str | None


class CauseView(Answer, frozen=True):
    """The command of the account that led to this one."""

    id: Id
    action: str


class RefusalView(Answer, frozen=True):
    """Why a command was not applied."""

    code: str
    error: str


class EntryView(Answer, frozen=True):
    """An entry: actor, action, time, source and outcome; `id` is the receipt's."""

    id: Id
    at: Instant
    kind: str = msgspec.field(name="action")
    summary: str
    actor: ActorView
    cause: CauseView | None
    outcome: Outcome
    refusal: RefusalView | None
    details: dict[str, Any]


class AuditView(Answer, frozen=True):
    """A stretch of the audit, newest first."""

    items: list[EntryView]
    next_cursor: str | None


def audit_view(audit: Audit, cursor: str | None) -> AuditView:
    """Return one page of the audit log as JSON."""
    return AuditView([entry_view(e, audit) for e in audit.entries], cursor)


def entry_view(logged: LoggedCommand, audit: Audit) -> EntryView:
    """Return one command of the log as JSON."""
    refusal, cause_id = logged.refusal, logged.cause_id
    return to_answer(
        EntryView,
        logged,
        summary=sentence(logged.kind, logged.payload, audit.names, logged.outcome),
        actor=actor_view(logged.original_actor, audit),
        cause=CauseView(cause_id, logged.cause_kind or "") if cause_id else None,
        outcome=logged.outcome or "waiting",
        refusal=RefusalView(refusal["code"], refusal["error"]) if refusal else None,
        details=details(logged.kind, logged.payload),
    )


def actor_view(original_actor: str, audit: Audit) -> ActorView:
    """Return the actor of an entry; `doer` is `key:k_…`, `owner:a_…` or a word."""
    kind, _, id_ = original_actor.partition(":")
    if kind == "key":
        return ActorView("key", id_, audit.names.get(id_))
    if kind == "owner":
        return ActorView("owner", id_, audit.emails.get(id_))
    actor_kind, name = ACTORS.get(kind, ("system", "Hep Status"))
    return ActorView(actor_kind, None, name)


def details(kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a command by their wire names, without unknown fields.

    A field that is None was not given; it is left out too.
    """
    field_names = {field.name for field in fields(KINDS[kind])} if kind in KINDS else set()
    values = remove_secrets({name: payload[name] for name in payload if name in field_names})
    return {name: value for name, value in values.items() if value is not None}


def remove_secrets(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON with wire names and without secret fields."""
    if isinstance(value, Mapping):
        return {to_camel_case(n): remove_secrets(v) for n, v in value.items() if not is_secret(n)}
    return [remove_secrets(item) for item in value] if isinstance(value, list) else value


def is_secret(name: str) -> bool:
    """Return whether a field of this name may hold a secret."""
    return not SECRET.isdisjoint(name.lower().split("_"))


def to_camel_case(name: str) -> str:
    """Return a field name in camel case, as on the wire."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
