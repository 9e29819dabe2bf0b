"""The audit log of a page. Source: docs/behaviour.md, "Audit log"."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Literal, TypeAlias

import msgspec
from falcon.asgi import Request, Response

from domain.store.postgres.audit import Audit, LoggedCommand, read_audit
from domain.store.postgres.command_codec import KINDS
from domain.store.postgres.engine import run
from web.api.accounts.docs import ACCOUNT
from web.api.area import Area, Names, Payload, Sentence, fixed_sentence, name_sentence
from web.api.owner_resource import OwnerResource
from web.api.receipts import RECEIPT
from web.api.templates import TEMPLATE
from web.http.paging import audit_cursor_of, audit_position_of, limit_of
from web.http.responses import write_data
from web.http.wire import Answer, Id, Instant, to_answer
from web.openapi.describe import Example, Operation, describes
from web.openapi.operations import LIMIT_PARAMETER, cursor_of

UNSETTLED = {"refused": "Refused", "failed": "Failed", None: "Waiting"}


def sentence(kind: str, payload: Payload, names: Names, outcome: str | None) -> str:
    """Return the sentence of a command, prefixed with the outcome unless it was applied."""
    text = all_sentences().get(kind, unknown_sentence)(payload, names)
    if outcome == "applied":
        return text
    return f"{UNSETTLED.get(outcome, 'Not applied')}: {text[:1].lower()}{text[1:]}"


@cache
def all_sentences() -> Mapping[str, Sentence]:
    """Return the sentences by the kind of their command."""
    from web.api.areas import AREAS  # noqa: PLC0415 - the audit is one of the areas

    return {**OTHERS, **{kind: one for area in AREAS for kind, one in area.sentences.items()}}


def unknown_sentence(payload: Payload, names: Names) -> str:
    """Return the sentence for a command of a newer release."""
    del payload, names
    return "Something that this release can't read"


def entitlement_sentence(payload: Payload, _: Names) -> str:
    """Return the tier of a page and its end."""
    entitlement = payload.get("entitlement") or {}
    until = entitlement.get("served_until")
    tier = str(entitlement.get("tier", "free")).capitalize()
    return f"The page is on {tier}" + (f", served until {until}" if until else "")


def hosts_sentence(payload: Payload, _: Names) -> str:
    """Return the host of a page."""
    host = payload.get("host")
    return f"Put the page on {host}" if host else "Took the page off its host"


def tier_sentence(payload: Payload, _: Names) -> str:
    """Return the tier of the account and its end."""
    until = f" until {payload['until']}" if payload.get("until") else ""
    return f"Put the account on {str(payload.get('tier')).capitalize()}{until}"


def dns_check_sentence(payload: Payload, _: Names) -> str:
    """Return the result of a DNS lookup."""
    if payload.get("has_failed"):
        return f"Gave up on the host: {payload.get('reason')}"
    return f"Looked the host up: {payload.get('reason') or 'its proof is there'}"


# Of commands that no owner and no monitor sends.
OTHERS = {
    "CreatePage": name_sentence("Created the page", "name"),
    "SetEntitlement": entitlement_sentence,
    "SetHosts": hosts_sentence,
    "DeletePage": fixed_sentence("Deleted the page"),
    "SuspendPage": fixed_sentence("Suspended the page"),
    "UnsuspendPage": fixed_sentence("Ended the page's suspension"),
    "SetTier": tier_sentence,
    "GrantTokens": lambda payload, _: f"Granted {payload.get('amount')} tokens",
    "ExpireSlot": fixed_sentence("A slot expired"),
    "EndPrime": fixed_sentence("Prime ended"),
    "ActivateMount": fixed_sentence("Saw the proof of the host"),
    "NoteMountCheck": dns_check_sentence,
    "LapseMount": lambda payload, _: f"Freed the host: {payload.get('reason') or 'no proof'}",
    "Probe": fixed_sentence("Looked whether workers are at work"),
}


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


READ_AUDIT = Operation(
    name="readAudit",
    tag="Audit",
    summary="Read the log of a page back, newest first.",
    data=AuditView,
    parameters=(LIMIT_PARAMETER, cursor_of("audit-cursor")),
    examples=(
        Example(
            "the newest",
            query={"limit": 1},
            data={
                "items": [
                    {
                        "id": RECEIPT,
                        "at": "2026-11-23T14:02:00.000Z",
                        "action": "AddTemplate",
                        "summary": "Added the template “The API is down”",
                        "actor": {"type": "owner", "id": ACCOUNT, "name": "ada@example.com"},
                        "cause": None,
                        "outcome": "applied",
                        "refusal": None,
                        "details": {
                            "kind": "incident",
                            "title": "The API is down",
                            "templateId": TEMPLATE,
                        },
                    }
                ],
                "nextCursor": "MTIgMg==",
            },
        ),
    ),
)


class AuditEntries(OwnerResource):
    """`GET /api/v1/status/:pageID/audit`."""

    @describes(READ_AUDIT)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List the audit log of a page, newest first."""
        holder = await self.holder(req)
        page = await self.page(req, page_id)
        limit, position = limit_of(req), audit_position_of(req)
        audit = await run(self.engine, read_audit, holder.account_id, page.id, position, limit)
        cursor = audit_cursor_of(audit.after) if audit.after else None
        write_data(resp, audit_view(audit, cursor))


AREA = Area({"/api/v1/status/{page_id}/audit": AuditEntries})
