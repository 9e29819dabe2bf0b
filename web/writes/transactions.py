"""Changes that are no commands: accounts, sessions, devices.

Source: docs/architecture.md, "Account changes are not commands".
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from domain.store.postgres.engine import UNREACHABLE, in_transaction, run, stored_nothing
from web.http.errors import unavailable, unknown

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

Value = TypeVar("Value")

PERHAPS = "The connection was lost while this was being done: it may or may not be done."
CHECK_FIRST = f"{PERHAPS} Please look before you repeat it."


async def change(
    engine: "AsyncEngine",
    statements: Callable[..., Value],
    *args: Any,  # noqa: ANN401 - arguments of the statements
    unknown_message: str = CHECK_FIRST,
) -> Value:
    """Call a store function in one transaction.

    Raises ApiError 503: UNAVAILABLE if nothing changed, UNKNOWN with the sentence `unknown_message`
    if that is unknown; all other errors of the statements.
    """
    try:
        return await run(engine, in_transaction, statements, *args)
    except UNREACHABLE as error:
        raise (unavailable() if stored_nothing(error) else unknown(unknown_message)) from error
