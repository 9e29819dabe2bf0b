"""Bodies of account changes and deletions. Unknown fields are rejected."""

from typing import Annotated

import msgspec

from domain.account.credentials import EMAIL_LIMIT
from web.http.bodies import text


class AccountChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/auth/me`. Passwords are taken as they are, blanks included."""

    current_password: str
    email: Annotated[str | None, text(EMAIL_LIMIT)] = None
    password: str | None = None


class Farewell(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`DELETE /api/v1/auth/me`."""

    current_password: str
