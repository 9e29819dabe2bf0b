"""The import of e-mail addresses with a stated day of consent.

Source: docs/behaviour.md, "Consent and leaving".
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from falcon.asgi import Request, Response

from domain.account.credentials import email_problem
from domain.store.postgres.engine import Connection
from domain.store.postgres.notifications import subscriber_list as rows
from domain.store.postgres.notifications.confirmations import queue_confirmation
from domain.store.postgres.notifications.subscribers import SubscribersFullError, find_subscription
from domain.text import clean, is_storable
from web.api.subscribers import owner_docs as docs
from web.api.subscribers.owner_list import SubscriberResource, day_is_full
from web.api.subscribers.owner_schemas import Import, ImportResult, parse_consent
from web.api.subscribers.requests import FULL, write_confirmation
from web.http.errors import ApiError, invalid
from web.http.responses import write_data
from web.openapi.describe import describes
from web.writes.submit import change

HEADINGS: Final = {"email", "e-mail", "mail", "address", "email address", "e-mail address"}
LINES_MAX: Final = 100  # of invalid lines that are told
ONE_OF: Final = "Send either addresses or csv."
BOUNCED: Final = (
    f"Imports are suspended: more than {rows.BOUNCES_PERCENT} % of the addresses that this page"
    " imported bounced. Remove those in quarantine first."
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The addresses of an import, and the numbers of the lines that hold none."""

    addresses: list[str]
    invalid: list[int]


class SubscriberImport(SubscriberResource):
    """`POST /api/v1/status/:pageID/subscribers/import`."""

    @describes(docs.IMPORT_SUBSCRIBERS)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Import addresses, all or none of the new ones. Raises ApiError 409, 429, 503."""
        owner = await self.owner(req, page_id)
        _, body = await self.body(req, Import, docs.IMPORT_KIB * 1024)
        consented_at = parse_consent(body.consent_date, Import)
        lines = read_lines(body)
        if not owner.is_trusted:
            self.check_mail()
        try:
            outcome = await change(self.engine, store_import, owner, lines.addresses, consented_at)
        except rows.BouncedError:
            raise ApiError(409, "CONFLICT", BOUNCED) from None
        except rows.DayIsFullError as error:
            raise day_is_full(owner, error) from None
        except SubscribersFullError:
            raise ApiError(409, "CONFLICT", FULL) from None
        numbers = (len(outcome.added), outcome.known_count, outcome.left_count, len(lines.invalid))
        write_data(resp, ImportResult(*numbers, lines.invalid[:LINES_MAX]))


def read_lines(body: Import) -> Lines:
    """Return the addresses of an import. Raises ApiError 400."""
    if (body.addresses is None) is (body.csv is None):
        raise invalid(ONE_OF, "addresses")
    if body.addresses is not None:
        return sort_lines(list(enumerate(body.addresses, start=1)))
    return sort_lines(read_csv(body.csv or ""))


def read_csv(text: str) -> list[tuple[int, str]]:
    """Return the cells with addresses, each with the number of its line."""
    reader = csv.reader(text.splitlines(), delimiter=";" if ";" in text[:200] else ",")
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except csv.Error:
        raise invalid("The csv can't be read: a line is too long.", "csv") from None
    names = [cell.strip().lstrip("\ufeff").lower() for cell in lines[0][1]] if lines else []
    column = next((i for i, name in enumerate(names) if name in HEADINGS), None)
    if column is not None:
        lines = lines[1:]
    return [(n, cells[column or 0] if len(cells) > (column or 0) else "") for n, cells in lines]


def sort_lines(lines: Sequence[tuple[int, str]]) -> Lines:
    """Return the addresses among the lines, and the numbers of the others."""
    cleaned = [(number, clean(line) or "") for number, line in lines]
    is_good = [is_storable(each) and email_problem(each) is None for _, each in cleaned]
    pairs = list(zip(cleaned, is_good, strict=True))
    return Lines(
        [address for (_, address), good in pairs if good],
        [number for (number, _), good in pairs if not good],
    )


def store_import(
    conn: Connection, owner: rows.Owner, addresses: Sequence[str], consented_at: datetime
) -> rows.Imported:
    """Store an import, and the mails that ask for consent. Raises as `import_addresses` does."""
    outcome = rows.import_addresses(conn, owner, addresses, consented_at)
    if not owner.is_trusted:
        for id_ in outcome.added.values():
            if subscription := find_subscription(conn, id_):
                queue_confirmation(conn, write_confirmation(conn, subscription))
    return outcome
