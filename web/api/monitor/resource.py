"""The monitor's API: one bearer key, one page. Source: docs/behaviour.md, "Monitor's API"."""

from typing import TypeVar
from urllib.parse import unquote

import msgspec
from falcon.asgi import Request, Response

from domain.page import commands as c
from domain.runtime.new_ids import mint
from domain.store.postgres.command_log import Authority, Draft
from web.api.monitor import docs as said
from web.api.monitor import schemas as m
from web.api.monitor.answers import summary
from web.http.auth import Gate, bad_key, bearer
from web.http.bodies import decode_body, read_body
from web.http.errors import NOT_READ, ApiError, unavailable
from web.http.responses import Described, Writes, idempotency, write_data
from web.http.wire import ComponentStatus, named
from web.openapi.describe import describes
from web.process import Process
from web.visitors.cached_page import STALE
from web.visitors.pages import NotThereError
from web.writes.submit import NoAuthorityError

Shape = TypeVar("Shape", bound=msgspec.Struct)
READ_WAIT_S = 1.0


class Monitor:
    """What the resources of a monitor share: who asks, what it says, and the writing of it."""

    def __init__(self, gate: Gate, writes: Writes) -> None:
        """Ask `gate`, write through `writes`."""
        self._gate = gate
        self._writes = writes

    async def read(self, req: Request, key: Authority, shape: type[Shape]) -> tuple[bytes, Shape]:
        """Return the body. To a key that opens nothing, that is said before what is wrong with it.

        A good request needs no look at the key here: the append itself asks.
        """
        try:
            raw = await read_body(req)
            return raw, decode_body(raw, shape)
        except ApiError:
            await self._gate.live_key(key)
            raise

    async def refuse_bad_key(self, key: Authority, error: ApiError) -> ApiError:
        """Return `error`, unless the key opens nothing: then that is raised."""
        await self._gate.live_key(key)
        return error

    async def write(
        self,
        req: Request,
        resp: Response,
        key: Authority,
        raw: bytes,
        command: c.Command,
        describe: Described,
        status: int = 200,
    ) -> None:
        """Append for whatever page the key opens. Raises ApiError 401 if it opens none."""
        try:
            once = idempotency(req, raw)
        except ApiError as error:
            raise await self.refuse_bad_key(key, error) from None
        draft = Draft(mint("r"), command, key, idempotency=once)
        try:
            await self._writes.answer(req, resp, draft, describe, status=status)
        except NoAuthorityError:
            await self._gate.live_key(key)
            raise bad_key() from None
        await self._gate.stamp(key)


class Incidents(Monitor):
    """`POST /api/v1/status-api/incidents`."""

    @describes(said.REPORT_INCIDENT)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Open an incident."""
        key = bearer(req)
        raw, body = await self.read(req, key, m.OpenIncident)
        try:
            given = m.given(body.components)
        except ApiError as error:
            raise await self.refuse_bad_key(key, error) from None
        command = c.OpenIncident(mint("i"), mint("u"), body.title, body.impact, body.body, given)
        await self.write(req, resp, key, raw, command, lambda o: named(o.incident_id), 201)


class Updates(Monitor):
    """`POST /api/v1/status-api/incidents/:iid/updates`."""

    @describes(said.REPORT_UPDATE)
    async def on_post(self, req: Request, resp: Response, iid: str) -> None:
        """Say more of an incident."""
        key = bearer(req)
        raw, body = await self.read(req, key, m.PostUpdate)
        try:
            state, given = m.state_of_update(body.state), m.given(body.components)
        except ApiError as error:
            raise await self.refuse_bad_key(key, error) from None
        command = c.PostUpdate(iid, mint("u"), state, body.body, given)
        await self.write(req, resp, key, raw, command, lambda o: named(o.update_id), 201)


class ComponentToggle(Monitor):
    """`POST /api/v1/status-api/components/:cid/status`."""

    @describes(said.SET_STATUS)
    async def on_post(self, req: Request, resp: Response, cid: str) -> None:
        """Toggle what a component, named by id or name, shows."""
        key = bearer(req)
        raw, body = await self.read(req, key, m.SetStatus)
        command = c.SetStatus(unquote(cid), body.status)
        await self.write(req, resp, key, raw, command, toggled)


def toggled(command: c.SetStatus) -> ComponentStatus:
    """Return the reference and its status, echoed."""
    return {"component": command.reference, "status": command.status}


class PageStatus:
    """`GET /api/v1/status-api/status`."""

    def __init__(self, process: Process, gate: Gate) -> None:
        """Read what `process` has of the publication."""
        self._gate = gate
        self._process = process

    @describes(said.READ_STATUS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell what is published: it equals status.json."""
        key = bearer(req)
        credential = await self._gate.live_key(key)
        await self._gate.stamp(key)
        try:
            shown = await self._process.served.page_within(credential.page_id, READ_WAIT_S)
        except NotThereError:
            raise unavailable(NOT_READ) from None
        if shown.is_stale:
            resp.set_header(*(part.decode() for part in STALE))
        published = msgspec.json.decode(shown.copy.answers["status.json"].body)
        write_data(resp, summary(published))
