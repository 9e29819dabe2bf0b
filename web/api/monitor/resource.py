"""The monitor's API: one bearer key, one page. Source: docs/behaviour.md, "Monitor's API"."""

from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote

import msgspec
from falcon.asgi import Request, Response

from domain.page import commands as c
from domain.runtime.new_ids import new_id
from domain.store.postgres.command_log import Authority, Draft
from web.api.monitor import docs
from web.api.monitor import schemas as m
from web.api.monitor.schemas import page_summary
from web.http.auth import Authenticator, bad_key, parse_bearer
from web.http.bodies import decode_body, read_body
from web.http.errors import NOT_READ, ApiError, unavailable
from web.http.responses import Describer, Writes, idempotency, write_data
from web.http.wire import ComponentStatus, Posted, Written
from web.openapi.describe import describes
from web.openapi.operations import Area
from web.visitors.cached_page import STALE
from web.visitors.pages import NotAvailableError, PageCache
from web.writes.submit import NoAuthorityError

Shape = TypeVar("Shape", bound=msgspec.Struct)
READ_WAIT_S = 1.0


@dataclass(eq=False)
class MonitorResource:
    """Base of the monitor's resources: reads bodies and appends commands."""

    authenticator: Authenticator
    writes: Writes

    async def read(self, req: Request, key: Authority, shape: type[Shape]) -> tuple[bytes, Shape]:
        """Return the body. An invalid key is reported before an invalid body.

        For a valid body the key is not checked here: the append checks it.
        """
        try:
            raw = await read_body(req)
            return raw, decode_body(raw, shape)
        except ApiError:
            await self.authenticator.live_key(key)
            raise

    async def refuse_bad_key(self, key: Authority, error: ApiError) -> ApiError:
        """Return `error`. Raises ApiError 401 instead if the key is invalid."""
        await self.authenticator.live_key(key)
        return error

    async def write(
        self,
        req: Request,
        resp: Response,
        key: Authority,
        raw: bytes,
        command: c.Command,
        describe: Describer,
        status: int = 200,
    ) -> None:
        """Append a command to the page of the key. Raises ApiError 401."""
        try:
            repeat_guard = idempotency(req, raw)
        except ApiError as error:
            raise await self.refuse_bad_key(key, error) from None
        draft = Draft(new_id("r"), command, key, idempotency=repeat_guard)
        try:
            await self.writes.answer(req, resp, draft, describe, status=status)
        except NoAuthorityError:
            await self.authenticator.live_key(key)
            raise bad_key() from None
        await self.authenticator.note_use(key)


class Incidents(MonitorResource):
    """`POST /api/v1/status-api/incidents`."""

    @describes(docs.REPORT_INCIDENT)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Open an incident."""
        key = parse_bearer(req)
        raw, body = await self.read(req, key, m.OpenIncident)
        try:
            statuses = m.to_statuses(body.components)
        except ApiError as error:
            raise await self.refuse_bad_key(key, error) from None
        command = c.OpenIncident(
            *(new_id("i"), new_id("u"), body.title, body.impact, body.body, statuses),
            notify=body.notify,
        )
        await self.write(req, resp, key, raw, command, lambda o: Written(o.incident_id), 201)


class Updates(MonitorResource):
    """`POST /api/v1/status-api/incidents/:iid/updates`."""

    @describes(docs.REPORT_UPDATE)
    async def on_post(self, req: Request, resp: Response, iid: str) -> None:
        """Post an update on an incident."""
        key = parse_bearer(req)
        raw, body = await self.read(req, key, m.PostUpdate)
        try:
            state, statuses = m.state_of_update(body.state), m.to_statuses(body.components)
        except ApiError as error:
            raise await self.refuse_bad_key(key, error) from None
        command = c.PostUpdate(
            *(iid, new_id("u"), state, body.body, statuses),
            if_repeat=c.Repeat.SKIP,
            notify=body.notify,
        )
        await self.write(req, resp, key, raw, command, lambda o: Posted(o.update_id), 201)


class ComponentToggle(MonitorResource):
    """`POST /api/v1/status-api/components/:cid/status`."""

    @describes(docs.SET_STATUS)
    async def on_post(self, req: Request, resp: Response, cid: str) -> None:
        """Set the status of a component, identified by id or name."""
        key = parse_bearer(req)
        raw, body = await self.read(req, key, m.SetStatus)
        command = c.SetStatus(unquote(cid), body.status)
        await self.write(req, resp, key, raw, command, status_echo)


def status_echo(command: c.SetStatus) -> ComponentStatus:
    """Return the reference and the status of a command."""
    return ComponentStatus(command.reference, command.status)


@dataclass(eq=False)
class PageStatus:
    """`GET /api/v1/status-api/status`."""

    authenticator: Authenticator
    page_cache: PageCache

    @describes(docs.READ_STATUS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Return the published status, equal to status.json."""
        key = parse_bearer(req)
        credential = await self.authenticator.live_key(key)
        await self.authenticator.note_use(key)
        try:
            cached = await self.page_cache.page_within(credential.page_id, READ_WAIT_S)
        except NotAvailableError:
            raise unavailable(NOT_READ) from None
        if cached.is_stale:
            resp.set_headers([(name.decode(), value.decode()) for name, value in STALE])
        status_document = msgspec.json.decode(cached.page.answers["status.json"].body)
        write_data(resp, page_summary(status_document))


AREA = Area(
    {
        "/api/v1/status-api/status": PageStatus,
        "/api/v1/status-api/incidents": Incidents,
        "/api/v1/status-api/incidents/{iid}/updates": Updates,
        "/api/v1/status-api/components/{cid}/status": ComponentToggle,
    },
    docs.PATH_PARAMETERS,
    docs.SENTENCES,
)
