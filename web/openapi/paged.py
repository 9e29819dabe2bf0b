"""The query parameters of every paged list."""

from typing import Annotated

from msgspec import Meta

from web.http.paging import LIMIT, LIMIT_MAX
from web.openapi.describe import Parameter

LIMIT_PARAMETER = Parameter(
    "limit",
    Annotated[int, Meta(ge=1, le=LIMIT_MAX)],
    f"How many at most; {LIMIT} if not given.",
    LIMIT,
)


def cursor_of(format_: str) -> Parameter:
    """Return the `cursor` parameter of a list; `format_` is its JSON Schema format."""
    cursor_type = Annotated[str, Meta(extra_json_schema={"format": format_})]
    return Parameter("cursor", cursor_type, "The `nextCursor` of the answer before.")
