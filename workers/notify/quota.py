"""Quotas: the mails of a page in a day, by its tier.

Source: docs/behaviour.md, "Delivery".
"""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.page.limits import MAILS_A_DAY
from domain.page.state import Page
from domain.store.postgres.engine import Connection
from domain.store.postgres.notifications.quota import count_mails
from domain.store.postgres.notifications.send_queue import Waiting, settle_deliveries

REASON: Final = "the page has sent all mails of this day"


def split_by_quota(
    conn: Connection, page: Page, news: Mapping[str, list[Waiting]]
) -> dict[str, list[Waiting]]:
    """Return the deliveries that the quota allows, and suppress the others.

    The end of an incident is always sent to a subscriber who was sent a message about it.
    """
    if count_mails(conn, page.id) < MAILS_A_DAY[page.entitlement.tier]:
        return dict(news)
    ends = {id_: deliveries for id_, deliveries in news.items() if is_end(deliveries)}
    suppressed = [d.id for id_, deliveries in news.items() if id_ not in ends for d in deliveries]
    settle_deliveries(conn, suppressed, "suppressed", REASON, attempts=0)
    return ends


def is_end(deliveries: Sequence[Waiting]) -> bool:
    """Return whether deliveries tell the end of an incident that the subscriber knows."""
    return deliveries[0].has_heard and deliveries[-1].kind.is_end
