"""The audit log of a page. Source: docs/behaviour.md, "Audit log"."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, TypeAlias

import msgspec
from falcon.asgi import Request, Response

from domain.store.postgres.audit import Audit, LoggedCommand, read_audit
from domain.store.postgres.command_codec import KINDS
from domain.store.postgres.engine import run
from web.api.accounts.docs import ACCOUNT
from web.api.audit_sentences import sentence
from web.api.owner_resource import OwnerResource
from web.api.receipts import RECEIPT
from web.api.templates import TEMPLATE
from web.http.paging import AuditActor, audit_actor_of, audit_cursor_of, audit_position_of, limit_of
from web.http.responses import write_data
from web.http.wire import Answer, Id, Instant, to_answer
from web.openapi.describe import Example, Operation, Parameter, describes
from web.openapi.operations import LIMIT_PARAMETER, Area, cursor_of

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


class ChangeView(Answer, frozen=True):
    """A field before and after; `of` and `name` are null for a field of the page itself."""

    of: Id | None
    name: str | None
    field: str
    before: Any = msgspec.field(name="from")
    after: Any = msgspec.field(name="to")


class EntryView(Answer, frozen=True):
    """An entry: actor, action, time, source and outcome; `id` is the receipt's.

    `ignored` are the references that match no component.
    """

    id: Id
    at: Instant
    kind: str = msgspec.field(name="action")
    summary: str
    actor: ActorView
    cause: CauseView | None
    outcome: Outcome
    refusal: RefusalView | None
    ignored: list[str]
    details: dict[str, Any]
    changes: list[ChangeView]
    more_changes: int


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
        ignored=(logged.remarks or {}).get("ignored", []),
        details=details(logged.kind, logged.payload),
        changes=[change_view(change, audit.names) for change in logged.field_changes],
        more_changes=(logged.changes or {}).get("more", 0),
    )


def change_view(change: Mapping[str, Any], names: Mapping[str, str]) -> ChangeView:
    """Return a change as JSON; categories stand by their names."""
    ends = (change["before"], change["after"])
    if change["field"] == "parent_id":
        ends = tuple(names.get(end, end) for end in ends)
    field = to_camel_case(change["field"])
    return ChangeView(change["of"], names.get(change["of"]), field, *ends)


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


ACTOR_PARAMETER = Parameter(
    "actor",
    AuditActor,
    "Only entries of such actors: a part of the list may then be short or empty before its end.",
    "key",
)
READ_AUDIT = Operation(
    name="readAudit",
    tag="Audit",
    summary="Read who changed what on a page, newest first.",
    data=AuditView,
    parameters=(LIMIT_PARAMETER, cursor_of("audit-cursor"), ACTOR_PARAMETER),
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
                        "ignored": [],
                        "details": {
                            "kind": "incident",
                            "title": "The API is down",
                            "templateId": TEMPLATE,
                        },
                        "changes": [],
                        "moreChanges": 0,
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
        where = audit_position_of(req), limit_of(req), audit_actor_of(req)
        audit = await run(self.engine, read_audit, holder.account_id, page.id, *where)
        cursor = audit_cursor_of(audit.after) if audit.after else None
        write_data(resp, audit_view(audit, cursor))


AREA = Area({"/api/v1/status/{page_id}/audit": AuditEntries})
