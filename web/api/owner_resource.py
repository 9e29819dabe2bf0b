"""Bases of the owner's resources: session, page and body; the append of commands."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import msgspec
from falcon.asgi import Request, Response
from msgspec import UNSET, UnsetType

from domain.account.credentials import EMAIL_LIMIT, EMAIL_PATTERN, PASSWORD_LIMIT, PASSWORD_SHORTEST
from domain.page.state import ComponentKind
from domain.runtime.new_ids import new_id
from domain.runtime.settings import Settings
from domain.status import Status
from domain.store.postgres.command_log import Authority, Draft
from domain.store.postgres.engine import run
from domain.store.postgres.owned import OwnedPage, page_of
from domain.store.postgres.sessions import Holder
from domain.text import DESCRIPTION_LIMIT, NAME_LIMIT, NOT_BLANK
from web.api import field_sentences as says
from web.api.field_sentences import ID_LIMIT, POSITION_MAX, SUBDOMAIN_LIMIT
from web.http.auth import Authenticator
from web.http.bodies import (
    LIMIT_BYTES,
    decode_body,
    line,
    no_change_error,
    read_body,
    shape,
    text,
)
from web.http.commands import to_instant
from web.http.errors import not_found
from web.http.responses import Completer, Describer, Writes, idempotency
from web.http.wire import to_wire
from web.writes.submit import NoAuthorityError

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

Shape = TypeVar("Shape", bound=msgspec.Struct)


@dataclass(eq=False)
class OwnerResource:
    """Base of the owner's resources."""

    engine: "AsyncEngine"
    authenticator: Authenticator

    async def holder(self, req: Request) -> Holder:
        """Return the owner of the session. Raises ApiError 401, 403."""
        return await self.authenticator.owner(req)

    async def page(self, req: Request, page_id: str) -> OwnedPage:
        """Return a page of the session's owner. Raises ApiError 404 for other pages."""
        return await self.page_of_owner(await self.holder(req), page_id)

    async def page_of_owner(self, holder: Holder, page_id: str) -> OwnedPage:
        """Return a page of `holder`. Raises ApiError 404 for other pages."""
        page = await run(self.engine, page_of, holder.account_id, page_id)
        if page is None:
            raise not_found("page")
        return page

    async def body(
        self, req: Request, shape: type[Shape], limit: int = LIMIT_BYTES
    ) -> tuple[bytes, Shape]:
        """Return the body, raw and decoded. Raises ApiError 400, 413, 415."""
        raw = await read_body(req, limit)
        return raw, decode_body(raw, shape)

    async def read_change(
        self,
        req: Request,
        shape: type[Shape],
        limit: int = LIMIT_BYTES,
    ) -> tuple[bytes, Shape, dict[str, Any]]:
        """Return the body of a change, raw and decoded, and its fields by wire name.

        Raises ApiError 400 without any field.
        """
        raw, body = await self.body(req, shape, limit)
        if not (changes := provided_fields(body)):
            raise no_change_error(shape)
        return raw, body, changes


@dataclass(eq=False)
class WritingResource(OwnerResource):
    """Base of the owner's resources that append commands."""

    writes: Writes

    async def write(
        self,
        req: Request,
        resp: Response,
        holder: Holder,
        command: Any,  # noqa: ANN401 - any command
        describe: Describer,
        *,
        stream_id: str = "",
        raw: bytes = b"",
        status: int = 200,
    ) -> None:
        """Append to the stream of a page or the account. Raises ApiError 404."""
        if stream_id == holder.account_id:  # the stream of the account is no page
            raise not_found("page")
        draft = self.draft(req, holder, command, raw, stream_id)
        await self.answer(req, resp, draft, describe, status=status)

    def draft(
        self,
        req: Request,
        holder: Holder,
        command: Any,  # noqa: ANN401 - any command
        raw: bytes,
        stream_id: str = "",
    ) -> Draft:
        """Return a draft; without `stream_id` it goes to the account's stream."""
        authority = Authority("owner", holder.account_id)
        target_id = stream_id or holder.account_id
        return Draft(new_id("r"), command, authority, target_id, idempotency(req, raw))

    async def answer(
        self,
        req: Request,
        resp: Response,
        draft: Draft,
        describe: Describer,
        *,
        complete: Completer | None = None,
        status: int = 200,
    ) -> None:
        """Append a draft and answer with its outcome. Raises ApiError 404."""
        try:
            await self.writes.answer(req, resp, draft, describe, complete=complete, status=status)
        except NoAuthorityError:
            raise not_found("page") from None


@dataclass(eq=False)
class HostResource(WritingResource):
    """Base of the owner's resources that name hosts."""

    settings: Settings


ZONE_LIMIT = 64
LABEL = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
POSITION_NOTE = "The position among its siblings, from 0; last if absent."
PARENT_NOTE = "The id of a category of this page; null is the root."

Name = line(NAME_LIMIT)
TimeZone = Annotated[
    str | None,
    text(ZONE_LIMIT, "An IANA zone, in which days begin.", format="iana-time-zone"),
    says.TIME_ZONE,
]
Email = Annotated[str, text(EMAIL_LIMIT, pattern=f"^{EMAIL_PATTERN}$"), says.EMAIL]
Password = Annotated[
    str,
    msgspec.Meta(
        extra_json_schema={
            "description": "Used exactly as sent, with its spaces; not only spaces.",
            "pattern": NOT_BLANK,
            "minLength": PASSWORD_SHORTEST,
            "maxLength": PASSWORD_LIMIT,
        }
    ),
    says.PASSWORD,
]
Subdomain = Annotated[
    str | None,
    shape(
        SUBDOMAIN_LIMIT,
        f"A name under the base, up to {SUBDOMAIN_LIMIT} characters.",
        f"(?![xX][nN]--){LABEL}",
    ),
    says.SUBDOMAIN,
]
Position = Annotated[
    int, msgspec.Meta(ge=0, le=POSITION_MAX, description=POSITION_NOTE), says.POSITION
]


class Credentials(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The credentials of a login."""

    email: Email
    password: Password


class NewPage(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A new page."""

    name: Annotated[str, Name, says.PAGE_NAME]
    subdomain: Subdomain = None
    time_zone: TimeZone = None


class NewComponent(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A new leaf or category; `status` is a leaf's first status, or a category's pin."""

    name: Annotated[str, Name, says.COMPONENT_NAME]
    kind: Annotated[ComponentKind, says.COMPONENT_KIND] = ComponentKind.LEAF
    parent: Annotated[str | None, text(ID_LIMIT, PARENT_NOTE), says.PARENT] = None
    position: Position | None = None
    description: Annotated[str | None, text(DESCRIPTION_LIMIT), says.DESCRIPTION] = None
    status: Annotated[Status | None, says.STATUS] = None
    show_uptime: Annotated[bool, says.SHOW_UPTIME] = True


class ComponentChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A change of a component; null is the root, no pin, no description."""

    needs_one: ClassVar[bool] = True

    name: Annotated[str | None, Name, says.COMPONENT_NAME] = None
    description: Annotated[str | UnsetType | None, text(DESCRIPTION_LIMIT), says.DESCRIPTION] = (
        UNSET
    )
    parent: Annotated[str | UnsetType | None, text(ID_LIMIT, PARENT_NOTE), says.PARENT] = UNSET
    position: Position | None = None
    status: Annotated[Status | UnsetType | None, says.STATUS] = UNSET
    show_uptime: Annotated[bool | None, says.SHOW_UPTIME] = None


class NewKey(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A new key."""

    name: Annotated[str, Name, says.KEY_NAME]


class KeyChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A change of a key."""

    needs_one: ClassVar[bool] = True

    name: Annotated[str | None, Name, says.KEY_NAME] = None
    disabled: Annotated[bool | None, says.DISABLED] = None


def provided_fields(body: msgspec.Struct) -> dict[str, Any]:
    """Return the fields present in a change, by their wire names.

    Raises ApiError 400 for an instant that is a mistake.
    """
    fields = zip(
        body.__struct_encode_fields__, body.__struct_fields__, body.__struct_defaults__, strict=True
    )
    changes = {
        wire: to_wire(to_instant(value, type(body), wire) if isinstance(value, datetime) else value)
        for wire, name, default in fields
        if (value := getattr(body, name)) is not default
    }
    builtins: dict[str, Any] = msgspec.to_builtins(changes)
    return {wire: value for wire, value in builtins.items() if value != {}}
