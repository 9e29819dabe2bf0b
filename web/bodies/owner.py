"""Bodies of the owner's API. Unknown fields are refused. Source: SPEC section 6."""

from typing import Annotated, Any

import msgspec

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


class PageChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/status/:pageID`."""

    name: Annotated[str | None, text(NAME_LIMIT)] = None
    is_public: bool | None = None


class NewComponent(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status/:pageID/components`."""

    name: Name
    kind: ComponentKind = ComponentKind.LEAF
    parent: Annotated[str | None, text(ID_LIMIT)] = None
    position: Position | None = None
    description: Annotated[str | None, text(DESCRIPTION_LIMIT)] = None
    status: Status | None = None
    show_uptime: bool = True


class NewKey(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status/:pageID/keys`."""

    name: Name


class KeyChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/status/:pageID/keys/:kid`."""

    name: Annotated[str | None, text(NAME_LIMIT)] = None
    disabled: bool | None = None


def is_empty(body: Any) -> bool:  # noqa: ANN401 - any change
    """Tell whether a change changes nothing."""
    return all(getattr(body, name) is None for name in body.__struct_fields__)
