"""Bodies of the owner's API. Unknown fields are refused. Source: SPEC section 6."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from domain.account.credentials import EMAIL_LIMIT
from domain.page.state import ComponentKind
from domain.status import Status
from domain.text import DESCRIPTION_LIMIT, NAME_LIMIT
from web.media import text

SUBDOMAIN_LIMIT = 63
ID_LIMIT = 64

Name = Annotated[str, text(NAME_LIMIT)]
Position = Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class Credentials(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/auth/signup` and `/login`. A password is taken as it is, blanks included."""

    email: Annotated[str, text(EMAIL_LIMIT)]
    password: str


class NewPage(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status`."""

    name: Name
    subdomain: Annotated[str | None, text(SUBDOMAIN_LIMIT)] = None


class NewComponent(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status/:pageID/components`."""

    name: Name
    kind: ComponentKind = ComponentKind.LEAF
    parent: Annotated[str | None, text(ID_LIMIT)] = None
    position: Position | None = None
    description: Annotated[str | None, text(DESCRIPTION_LIMIT)] = None
    status: Status | None = None
    show_uptime: bool = True


class ComponentChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/status/:pageID/components/:cid`: null is the root, no pin, no description."""

    name: Annotated[str | None, text(NAME_LIMIT)] = None
    description: Annotated[str | UnsetType | None, text(DESCRIPTION_LIMIT)] = UNSET
    parent: Annotated[str | UnsetType | None, text(ID_LIMIT)] = UNSET
    position: Position | None = None
    status: Status | UnsetType | None = UNSET
    show_uptime: bool | None = None


class NewKey(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status/:pageID/keys`."""

    name: Name


class KeyChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/status/:pageID/keys/:kid`."""

    name: Annotated[str | None, text(NAME_LIMIT)] = None
    disabled: bool | None = None


def is_empty(body: msgspec.Struct) -> bool:
    """Tell whether a change, all of whose fields are optional, changes nothing."""
    return not given_of(body)


def given_of(body: msgspec.Struct) -> dict[str, Any]:
    """Return what a change gives, by its names on the wire."""
    fields = zip(
        body.__struct_encode_fields__, body.__struct_fields__, body.__struct_defaults__, strict=True
    )
    told = {wire: (getattr(body, name), default) for wire, name, default in fields}
    given = {wire: value for wire, (value, default) in told.items() if value is not default}
    builtins: dict[str, Any] = msgspec.to_builtins(given)
    return {wire: value for wire, value in builtins.items() if value != {}}
