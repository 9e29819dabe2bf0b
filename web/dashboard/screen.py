"""What screens share: who looks, which page, and what is said when something is in the way."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import quote

import falcon
from falcon.asgi import Request, Response

from domain.page import tree
from domain.page.state import Component, Incident
from domain.status import IncidentKind, Status
from domain.store.postgres.accounts.sessions import Holder
from domain.store.postgres.engine import UNREACHABLE, Connection, run
from domain.store.postgres.incidents import incidents_after
from domain.store.postgres.load import load_components
from domain.store.postgres.owned import OwnedPage, page_of
from web.dashboard.document import write_document
from web.http.auth import NO_SESSION, Gate
from web.http.errors import ApiError, not_found, unavailable
from web.process import Process

log = logging.getLogger(__name__)

OPEN_MAX = 100  # unresolved at once; who has more of them needs another list
LOST = {"title": "There is nothing here", "sentence": "It may be mistyped, gone, or not yours."}
AWAY = {
    "title": "This can't be read at the moment",
    "sentence": "The database does not answer. Your pages are served meanwhile, nothing is lost;"
    " please try again in a few seconds.",
}
BROKEN = {
    "title": "Something went wrong on our side",
    "sentence": "It has been noted. Going back and trying again may help.",
}

Values: TypeAlias = dict[str, Any]


class Screen:
    """A screen for whoever is logged in. Subclasses say in `values` what their template shows."""

    template = ""

    def __init__(self, process: Process, gate: Gate) -> None:
        """Ask `gate`, read from the database of `process`."""
        self.settings = process.settings
        self.engine = process.engine
        self._gate = gate

    async def on_get(self, req: Request, resp: Response, **named: str) -> None:
        """Show the screen; whoever is not logged in is sent to the door, and back afterwards."""
        try:
            values = await self.values(req, **named)
            write_document(resp, self.template, values)
        except ApiError as error:
            if error.code == NO_SESSION:
                send_to_login(req, resp)
            else:
                write_trouble(resp, error)
        except UNREACHABLE as error:
            log.warning("%s: the database does not answer: %s", req.path, error)
            write_trouble(resp, unavailable())
        except falcon.HTTPStatus:
            raise
        except Exception:
            log.exception("%s failed", req.path)
            write_document(resp, "trouble", BROKEN, 500)

    on_head = on_get

    async def values(self, req: Request, **named: str) -> Values:
        """Return what the template shows. Raises ApiError."""
        raise NotImplementedError

    async def holder(self, req: Request) -> Holder:
        """Return who looks. Raises ApiError 401."""
        return await self._gate.owner(req)


@dataclass(frozen=True, slots=True)
class Desk:
    """A page as every one of its screens shows it: settings, tree, and what is going on."""

    page: OwnedPage
    components: tree.Components
    open: list[Incident]

    @property
    def children(self) -> tree.Children:
        """The nodes by the id of their parent."""
        return tree.children_of(self.components)

    @property
    def leaves(self) -> list[Component]:
        """All leaves in tree order."""
        return tree.leaves(self.components)

    @property
    def groups(self) -> Mapping[str, str | None]:
        """In words where each leaf stands, by its id."""
        return tree.groups(self.components)

    @property
    def overall(self) -> Status:
        """What visitors read at the top."""
        return tree.overall(self.components)

    def of_kind(self, kind: IncidentKind) -> list[Incident]:
        """Return what is unresolved and of a kind, newest first."""
        return [incident for incident in self.open if incident.kind is kind]


def desk_of(conn: Connection, account_id: str, page_id: str) -> Desk | None:
    """Read a page as its screens show it; None if it is another's, or nobody's."""
    page = page_of(conn, account_id, page_id)
    if page is None:
        return None
    going_on = incidents_after(conn, page.id, None, None, OPEN_MAX, is_resolved=False).incidents
    return Desk(page, load_components(conn, page.id), going_on)


class PageScreen(Screen):
    """A screen of one page, with its tabs."""

    tab = ""

    async def desk(self, req: Request, page_id: str) -> tuple[Desk, Values]:
        """Return a page, and what the frame around its screens shows. Raises ApiError 401, 404."""
        holder = await self.holder(req)
        desk = await run(self.engine, desk_of, holder.account_id, page_id)
        if desk is None:
            raise not_found("page")
        page = desk.page
        now = datetime.now(UTC)
        frame = {
            "email": holder.email,
            "desk": desk,
            "page": page,
            "url": self.settings.page_url(page.host) if page.host else None,
            "api": f"/api/v1/status/{page.id}",
            "home": f"/dashboard/pages/{page.id}",
            "tab": self.tab,
            "now": now,
            "is_dark": page.expires_at is not None and page.expires_at <= now,
            "troubles": len(desk.of_kind(IncidentKind.INCIDENT)),
            "edited": req.get_param("edit") or "",
        }
        return desk, frame


def send_to_login(req: Request, resp: Response) -> None:
    """Answer 303 to the login, which leads back."""
    resp.status = 303
    resp.set_header("Cache-Control", "no-store")
    resp.location = f"/dashboard/login?next={quote(req.relative_uri, safe='')}"


def write_trouble(resp: Response, error: ApiError) -> None:
    """Say in the dashboard's look what the API says in JSON."""
    said = {404: LOST, 503: AWAY}.get(error.status)
    values = said or {"title": "That doesn't work", "sentence": str(error)}
    write_document(resp, "trouble", values, error.status)
    for name, value in error.headers.items():
        resp.set_header(name, value)


async def write_lost(req: Request, resp: Response | None, **named: str) -> None:
    """Answer 404 for every address under the dashboard that no screen has."""
    del req, named
    if resp is not None:  # None is for WebSockets, which come no further than web.asgi
        write_document(resp, "trouble", LOST, 404)
