"""Base of the dashboard views: session, page context and error pages."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

import falcon
from falcon.asgi import Request, Response

from domain.page import tree
from domain.page.limits import PLANNED, UNRESOLVED
from domain.page.overall import overall
from domain.page.settings import etag_of
from domain.page.state import Component, Incident
from domain.runtime.settings import Settings
from domain.status import IncidentKind, Status
from domain.store.postgres.engine import UNREACHABLE, Connection, run
from domain.store.postgres.incidents import incidents_after
from domain.store.postgres.load import load_components
from domain.store.postgres.owned import OwnedPage, keys_of, pages_of
from domain.store.postgres.sessions import Holder
from web.dashboard.checklist import Step, list_steps
from web.dashboard.document import write_document
from web.dashboard.messages import MessageRenderer
from web.http.auth import NO_SESSION, Authenticator
from web.http.errors import ApiError, not_found, unavailable

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

log = logging.getLogger(__name__)

OPEN_MAX = UNRESOLVED + PLANNED  # all of a page: its overall status depends on each
NOT_FOUND = {
    "title": "There is nothing here",
    "sentence": "The address may be mistyped, or the page may have been deleted, or belong to"
    " another account.",
}
UNAVAILABLE = {
    "title": "This can't be read at the moment",
    "sentence": "The database does not answer. Visitors still see your pages, and nothing is lost."
    " Try again in a few seconds.",
}
INTERNAL_ERROR = {
    "title": "Something went wrong on our side",
    "sentence": "The error has been reported. Go back and try again.",
}

Values: TypeAlias = dict[str, Any]


@dataclass(eq=False)
class View:
    """A view for logged-in owners; subclasses return template variables in `values`."""

    template = ""

    engine: "AsyncEngine"
    authenticator: Authenticator
    settings: Settings

    async def on_get(self, req: Request, resp: Response, **params: str) -> None:
        """Render the view, or redirect to the login if there is no session."""
        try:
            values = await self.values(req, **params)
            write_document(resp, self.template, values)
        except ApiError as error:
            if error.code == NO_SESSION:
                send_to_login(req, resp)
            else:
                write_error(resp, error)
        except UNREACHABLE as error:
            log.warning("%s: the database does not answer: %s", req.path, error)
            write_error(resp, unavailable())
        except falcon.HTTPStatus:
            raise
        except Exception:
            log.exception("%s failed", req.path)
            write_document(resp, "trouble", INTERNAL_ERROR, 500)

    on_head = on_get

    async def values(self, req: Request, **params: str) -> Values:
        """Return the template variables. Raises ApiError."""
        raise NotImplementedError

    async def holder(self, req: Request) -> Holder:
        """Return the owner of the session. Raises ApiError 401."""
        return await self.authenticator.owner(req)


@dataclass(frozen=True, slots=True)
class PageContext:
    """A page in the dashboard: settings, tree, open incidents and steps that are left.

    `pages` are all of its account.
    """

    page: OwnedPage
    components: tree.Components
    open: list[Incident]
    pages: list[OwnedPage]
    steps: tuple[Step, ...]

    @property
    def children(self) -> tree.Children:
        """The nodes by the id of their parent, for the template."""
        return tree.children_of(self.components)

    @property
    def leaves(self) -> list[Component]:
        """All leaves in tree order."""
        return tree.leaves(self.components)

    @property
    def groups(self) -> Mapping[str, str | None]:
        """The category path of each leaf in words, by leaf id."""
        return tree.groups(self.components)

    @property
    def overall(self) -> Status:
        """The overall status of the page."""
        return overall(self.components, self.open)

    def of_kind(self, kind: IncidentKind) -> list[Incident]:
        """Return the open incidents of a kind, newest first."""
        return [incident for incident in self.open if incident.kind is kind]


def load_page_context(
    conn: Connection, account_id: str, page_id: str, confirm_path: str
) -> PageContext | None:
    """Read a page context; None if the account has no such page."""
    pages = pages_of(conn, account_id)
    page = next((page for page in pages if page.id == page_id), None)
    if page is None:
        return None
    open_incidents = incidents_after(
        conn, page.id, None, None, OPEN_MAX, is_resolved=False
    ).incidents
    components = load_components(conn, page.id)
    steps = list_steps(page, components, keys_of(conn, page.id), confirm_path)
    return PageContext(page, components, open_incidents, pages, steps)


class PageView(View):
    """A view of one page, with its tabs."""

    tab = ""

    async def fetch_page_context(self, req: Request, page_id: str) -> tuple[PageContext, Values]:
        """Return a page context and the variables of the page frame.

        Raises ApiError 401, 404.
        """
        holder = await self.holder(req)
        page_context = await run(
            self.engine,
            load_page_context,
            holder.account_id,
            page_id,
            confirm_path_of(holder, self.settings),
        )
        if page_context is None:
            raise not_found("page")
        page = page_context.page
        now = datetime.now(UTC)
        frame = {
            **identity_of(holder),
            "desk": page_context,
            "page": page,
            "url": self.settings.page_url(page.host) if page.host else None,
            "api": f"/api/v1/status/{page.id}",
            "home": f"/dashboard/pages/{page.id}",
            "tab": self.tab,
            "screen": screen_of(req.uri_template or ""),
            "etag": etag_of(page),
            "now": now,
            "is_dark": page.expires_at is not None and page.expires_at <= now,
            "troubles": len(page_context.of_kind(IncidentKind.INCIDENT)),
            "edited": req.get_param("edit") or "",
            "message": MessageRenderer().render,
        }
        return page_context, frame


def screen_of(route: str) -> str:
    """Return the screen of a page's route; of the screen of one incident, its list."""
    return route.partition("{page_id}/")[2].partition("/{")[0]


def identity_of(holder: Holder) -> Values:
    """Return the variables of the frame that name the account of the session."""
    return {"account": holder.account_id, "email": holder.email}


def confirm_path_of(holder: Holder, settings: Settings) -> str:
    """Return the path at which an e-mail is confirmed; empty if that is done."""
    if holder.is_verified:
        return ""
    return "/dashboard/outbox" if settings.outbox else "/dashboard/account"


def send_to_login(req: Request, resp: Response) -> None:
    """Redirect to the login, with the current path for the way back."""
    resp.status = 303
    resp.set_header("Cache-Control", "no-store")
    resp.location = f"/dashboard/login?next={quote(req.relative_uri, safe='')}"


def write_error(resp: Response, error: ApiError) -> None:
    """Render an API error as a dashboard page."""
    fixed_values = {404: NOT_FOUND, 503: UNAVAILABLE}.get(error.status)
    values = fixed_values or {"title": "That doesn't work", "sentence": str(error)}
    write_document(resp, "trouble", values, error.status)
    for name, value in error.headers.items():
        resp.set_header(name, value)


async def write_not_found(req: Request, resp: Response | None, **params: str) -> None:
    """Answer 404 for a dashboard address without a view."""
    del req, params
    if resp is not None:  # it is None for WebSockets only, which web.asgi rejects
        write_document(resp, "trouble", NOT_FOUND, 404)
