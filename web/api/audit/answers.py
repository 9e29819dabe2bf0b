"""A page's audit as its owner is told of it: never a secret."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, TypeAlias, TypedDict, cast

from domain.calendar import iso
from domain.store.postgres.audit import Audit, Logged
from domain.store.postgres.command_codec import KINDS
from web.api.audit.sentences import sentence
from web.http.wire import Id, Instant

# What a field's name may not hold, whichever command it is of and however deep it stands.
SECRET = frozenset({"hash", "secret", "secrets", "password", "token", "cookie", "etag"})
ActorKind: TypeAlias = Literal["owner", "key", "clock", "operator", "system"]
Outcome: TypeAlias = Literal["applied", "refused", "failed", "waiting"]
ACTORS: Mapping[str, tuple[ActorKind, str]] = {
    "clock": ("clock", "The clock"),
    "operator": ("operator", "The operator"),
}


class ActorView(TypedDict):
    """Who did it; the clock, the operator and the system have no id."""

    type: ActorKind
    id: Id | None
    name: str | None


class CauseView(TypedDict):
    """The command of the account that led to this one."""

    id: Id
    action: str


class RefusalView(TypedDict):
    """Why a command was not applied."""

    code: str
    error: str


class EntryView(TypedDict):
    """Who did what, when, through what, and what became of it; `id` is the receipt's."""

    id: Id
    at: Instant
    action: str
    summary: str
    actor: ActorView
    cause: CauseView | None
    outcome: Outcome
    refusal: RefusalView | None
    details: dict[str, Any]


class AuditView(TypedDict):
    """A stretch of the audit, newest first."""

    items: list[EntryView]
    nextCursor: str | None


def shown(audit: Audit, cursor: str | None) -> AuditView:
    """Return a stretch of an audit as JSON."""
    return {"items": [entry(e, audit) for e in audit.entries], "nextCursor": cursor}


def entry(logged: Logged, audit: Audit) -> EntryView:
    """Return a command of the log as JSON."""
    refusal = logged.refusal
    return {
        "id": logged.id,
        "at": iso(logged.at),
        "action": logged.kind,
        "summary": sentence(logged.kind, logged.payload, audit.names, logged.outcome),
        "actor": actor(logged.doer, audit),
        "cause": {"id": logged.cause_id, "action": logged.cause_kind or ""}
        if logged.cause_id
        else None,
        "outcome": cast("Outcome", logged.outcome or "waiting"),
        "refusal": {"code": refusal["code"], "error": refusal["error"]} if refusal else None,
        "details": details(logged.kind, logged.payload),
    }


def actor(doer: str, audit: Audit) -> ActorView:
    """Return who did it, as the log writes it: `key:k_…`, `owner:a_…`, or a word."""
    kind, _, id_ = doer.partition(":")
    if kind == "key":
        return {"type": "key", "id": id_, "name": audit.names.get(id_)}
    if kind == "owner":
        return {"type": "owner", "id": id_, "name": audit.emails.get(id_)}
    word, name = ACTORS.get(kind, ("system", "Hep Status"))
    return {"type": word, "id": None, "name": name}


def details(kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was asked for, in the wire's names; fields that nobody here knows are left out.

    None is what a command says of a field that was not given.
    """
    known = {field.name for field in fields(KINDS[kind])} if kind in KINDS else set()
    told = without_secrets({name: payload[name] for name in payload if name in known})
    return {name: value for name, value in told.items() if value is not None}


def without_secrets(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON with the wire's names and without what is secret."""
    if isinstance(value, Mapping):
        return {camel(n): without_secrets(v) for n, v in value.items() if not is_secret(n)}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value


def is_secret(name: str) -> bool:
    """Tell whether a field of this name may hold a secret."""
    return not SECRET.isdisjoint(name.lower().split("_"))


def camel(name: str) -> str:
    """Return a field's name as the wire writes it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
