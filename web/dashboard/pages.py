"""The list view of an owner's pages, with status and visibility."""

from dataclasses import dataclass
from datetime import UTC, datetime

from falcon import HTTPSeeOther
from falcon.asgi import Request

from domain.account.allocations import INCLUDED, WARNED_BEFORE, page_slots
from domain.calendar import zones
from domain.page import tree
from domain.page.overall import overall
from domain.page.settings import etag_of
from domain.page.state import Tier
from domain.status import IncidentKind, Status
from domain.store.postgres.engine import Connection, run
from domain.store.postgres.incidents import incidents_after
from domain.store.postgres.load import load_components
from domain.store.postgres.owned import OwnedPage, account_of, keys_of, pages_of
from web.dashboard.checklist import Step, list_steps
from web.dashboard.document import days_until
from web.dashboard.screen import (
    OPEN_MAX,
    PageView,
    Values,
    View,
    confirm_path_of,
    identity_of,
)


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row of the page list."""

    page: OwnedPage
    overall: Status
    leaves: int
    troubles: int
    etag: str
    steps: tuple[Step, ...]


def load_rows(conn: Connection, account_id: str, confirm_path: str) -> list[PageRow]:
    """Read the pages of an account with their statuses, oldest first."""
    return [load_row(conn, page, confirm_path) for page in pages_of(conn, account_id)]


def load_row(conn: Connection, page: OwnedPage, confirm_path: str) -> PageRow:
    """Read the status of a page."""
    components = load_components(conn, page.id)
    kind = IncidentKind.INCIDENT
    open_incidents = incidents_after(
        conn, page.id, kind, None, OPEN_MAX, is_resolved=False
    ).incidents
    leaves = len(tree.leaves(components))
    status = overall(components, open_incidents)
    steps = list_steps(page, components, keys_of(conn, page.id), confirm_path)
    return PageRow(page, status, leaves, len(open_incidents), etag_of(page), steps)


class Pages(View):
    """`GET /dashboard`."""

    template = "pages"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the pages and the limits of the account's tier."""
        holder = await self.holder(req)
        now = datetime.now(UTC)
        account = await run(self.engine, account_of, holder.account_id)
        confirm_path = confirm_path_of(holder, self.settings)
        rows = await run(self.engine, load_rows, holder.account_id, confirm_path)
        unfinished = [row for row in rows if row.steps]
        return {
            **identity_of(holder),
            "lines": rows,
            "confirm_path": confirm_path,
            "newest_unfinished": unfinished[-1] if unfinished else None,
            "capacity": len(page_slots(account, now)),
            "included": INCLUDED[Tier.PRIME if account.is_prime_at(now) else Tier.FREE],
            "zones": sorted(zones()),
            "now": now,
            "days_until": lambda at: days_until(at, now),
            "warning_days": WARNED_BEFORE.days,
            "base": self.settings.base_domain,
            "page_url": self.settings.page_url,
        }


class OnePage(PageView):
    """`GET /dashboard/pages/:pageID`: its first tab."""

    async def values(self, req: Request, **params: str) -> Values:
        """Redirect to the incidents. Raises ApiError 404 for pages of others."""
        _, frame = await self.fetch_page_context(req, params["page_id"])
        raise HTTPSeeOther(f"{frame['home']}/incidents")


ROUTES = {
    "/dashboard": Pages,
    "/dashboard/pages/{page_id}": OnePage,
}
