"""Bodies of the owner's API. Unknown fields are rejected.

Source: docs/behaviour.md, "Owner's API".
"""

from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from domain.account.credentials import EMAIL_LIMIT, EMAIL_PATTERN, PASSWORD_LIMIT, PASSWORD_SHORTEST
from domain.page.state import ComponentKind
from domain.status import Status
from domain.text import DESCRIPTION_LIMIT, NAME_LIMIT, NOT_BLANK
from web.http.bodies import line, shape, text
from web.http.wire import to_wire

SUBDOMAIN_LIMIT = 63
ID_LIMIT = 64

LABEL = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
POSITION_NOTE = "The place among its siblings, from 0; last if not given."
PARENT_NOTE = "The id of a category of this page; null is the root."

Name = Annotated[str, line(NAME_LIMIT)]
Email = Annotated[str, text(EMAIL_LIMIT, pattern=f"^{EMAIL_PATTERN}$")]
Password = Annotated[
    str,
    msgspec.Meta(
        extra_json_schema={
            "description": "Taken as it is, blanks included; not blanks alone.",
            "pattern": NOT_BLANK,
            "minLength": PASSWORD_SHORTEST,
            "maxLength": PASSWORD_LIMIT,
        }
    ),
]
Subdomain = Annotated[
    str | None,
    shape(
        SUBDOMAIN_LIMIT,
        f"A name under the base, up to {SUBDOMAIN_LIMIT} characters.",
        f"(?![xX][nN]--){LABEL}",
    ),
]
Position = Annotated[int, msgspec.Meta(ge=0, le=100_000, description=POSITION_NOTE)]


class Credentials(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The credentials of a login."""

    email: Email
    password: Password


class NewPage(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A page to be made."""

    name: Name
    subdomain: Subdomain = None


class NewComponent(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A new leaf or category; `status` is a leaf's first status, or a category's pin."""

    name: Name
    kind: ComponentKind = ComponentKind.LEAF
    parent: Annotated[str | None, text(ID_LIMIT, PARENT_NOTE)] = None
    position: Position | None = None
    description: Annotated[str | None, text(DESCRIPTION_LIMIT)] = None
    status: Status | None = None
    show_uptime: bool = True


class ComponentChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A change of a component; null is the root, no pin, no description."""

    needs_one: ClassVar[bool] = True

    name: Annotated[str | None, line(NAME_LIMIT)] = None
    description: Annotated[str | UnsetType | None, text(DESCRIPTION_LIMIT)] = UNSET
    parent: Annotated[str | UnsetType | None, text(ID_LIMIT, PARENT_NOTE)] = UNSET
    position: Position | None = None
    status: Status | UnsetType | None = UNSET
    show_uptime: bool | None = None


class NewKey(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A key to be made."""

    name: Name


class KeyChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A change of a key."""

    needs_one: ClassVar[bool] = True

    name: Annotated[str | None, line(NAME_LIMIT)] = None
    disabled: bool | None = None


def is_empty(body: msgspec.Struct) -> bool:
    """Return whether a change has no fields; all its fields are optional."""
    return not provided_fields(body)


def provided_fields(body: msgspec.Struct) -> dict[str, Any]:
    """Return the fields present in a change, by their wire names."""
    fields = zip(
        body.__struct_encode_fields__, body.__struct_fields__, body.__struct_defaults__, strict=True
    )
    changes = {
        wire: to_wire(value)
        for wire, name, default in fields
        if (value := getattr(body, name)) is not default
    }
    builtins: dict[str, Any] = msgspec.to_builtins(changes)
    return {wire: value for wire, value in builtins.items() if value != {}}
