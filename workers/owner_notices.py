"""Notices to owners by mail, each once.

Source: docs/behaviour.md, "Mail".
"""

import logging
from dataclasses import replace
from typing import Final

from domain.calendar import format_instant
from domain.runtime.settings import load_settings
from domain.store.postgres.engine import Connection, sync_engine
from domain.store.postgres.notifications.mails import Mail, queue_mail
from domain.store.postgres.owner_mail.letters import write_letter
from domain.store.postgres.owner_mail.notices import Notice, due_notices

logger = logging.getLogger(__name__)

AT_ONCE: Final = 500
# The screen that a notice leads to, by its kind; those of domains are alike.
SCREENS: Final = {
    "dark": "tokens",
    "stale": "pages/{page_id}/incidents/{thing_id}",
    "quarantine": "pages/{page_id}/subscribers",
}
DOMAIN_SCREEN: Final = "pages/{page_id}/domain"


def send_owner_notices() -> None:
    """Queue all notices that are due, `AT_ONCE` in a transaction."""
    count = AT_ONCE
    while count == AT_ONCE:
        with sync_engine().begin() as conn:
            count = queue_notices(conn)
        if count:
            logger.info("notices to owners", extra={"mails": count})


def queue_notices(conn: Connection) -> int:
    """Queue notices that are due; return their number."""
    notices = due_notices(conn, AT_ONCE)
    for notice in notices:
        queue_mail(conn, build_mail(notice))
    return len(notices)


def build_mail(notice: Notice) -> Mail:
    """Return the mail of a notice."""
    screen = SCREENS.get(notice.kind, DOMAIN_SCREEN)
    path = screen.format(page_id=notice.page_id, thing_id=notice.thing_id)
    letter = write_letter(
        notice.kind,
        notice.email,
        notice.account_id,
        page=notice.page,
        thing=notice.thing,
        when=format_instant(notice.at, notice.time_zone),
        link=f"{load_settings().base_url}/dashboard/{path}",
    )
    return replace(letter, once_key=notice.once_key)
