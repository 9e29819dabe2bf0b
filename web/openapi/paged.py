"""What every list that is read a part at a time is asked with."""

from typing import Annotated

from msgspec import Meta

from web.http.paging import LIMIT, LIMIT_MAX
from web.openapi.describe import Given

LIMITED = Given(
    "limit",
    Annotated[int, Meta(ge=1, le=LIMIT_MAX)],
    f"How many at most; {LIMIT} if not given.",
    LIMIT,
)


def cursor_of(format_: str) -> Given:
    """Return the `cursor` of a list; its format names what is known of the text."""
    known = Annotated[str, Meta(extra_json_schema={"format": format_})]
    return Given("cursor", known, "The `nextCursor` of the answer before.")
