"""The list of an owner's pages: what each shows, and whether visitors see it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from falcon import HTTPSeeOther
from falcon.asgi import Request

from domain.account.terms import INCLUDED, WARNED_BEFORE
from domain.page import tree
from domain.page.settings import etag_of
from domain.page.state import Tier
from domain.status import IncidentKind, Status
from domain.store.postgres.engine import Connection, run
from domain.store.postgres.incidents import incidents_after
from domain.store.postgres.load import load_components
from domain.store.postgres.owned import OwnedPage, pages_of
from web.dashboard.document import days_until
from web.dashboard.screen import OPEN_MAX, PageScreen, Screen, Values


@dataclass(frozen=True, slots=True)
class Line:
    """A page of the list."""

    page: OwnedPage
    overall: Status
    leaves: int
    troubles: int
    etag: str


def lines_of(conn: Connection, account_id: str) -> list[Line]:
    """Read an account's pages, oldest first, each with what it shows."""
    return [line_of(conn, page) for page in pages_of(conn, account_id)]


def line_of(conn: Connection, page: OwnedPage) -> Line:
    """Read what a page shows."""
    components = load_components(conn, page.id)
    kind = IncidentKind.INCIDENT
    going_on = incidents_after(conn, page.id, kind, None, OPEN_MAX, is_resolved=False).incidents
    leaves = len(tree.leaves(components))
    return Line(page, tree.overall(components), leaves, len(going_on), etag_of(page))


class Pages(Screen):
    """`GET /dashboard`."""

    template = "pages"

    async def values(self, req: Request, **named: str) -> Values:
        """Return the pages and what the account's tier includes."""
        holder = await self.holder(req)
        now = datetime.now(UTC)
        return {
            "email": holder.email,
            "lines": await run(self.engine, lines_of, holder.account_id),
            "included": {tier.value: INCLUDED[tier] for tier in Tier},
            "tier": holder.tier,
            "now": now,
            "days_until": lambda at: days_until(at, now),
            "warning_days": WARNED_BEFORE.days,
            "base": self.settings.base_domain,
            "page_url": self.settings.page_url,
        }


class OnePage(PageScreen):
    """`GET /dashboard/pages/:pageID`: its first tab."""

    async def values(self, req: Request, **named: str) -> Values:
        """Lead on. Raises ApiError 404 for another's."""
        _, frame = await self.desk(req, named["page_id"])
        raise HTTPSeeOther(f"{frame['home']}/incidents")
