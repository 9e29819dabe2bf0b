"""Incidents and maintenances of a page, with their updates.

Source: docs/behaviour.md, "Owner's API".
"""

from dataclasses import replace
from typing import Any

from falcon.asgi import Request, Response

from domain.page import commands as c
from domain.results import Code
from domain.runtime.new_ids import new_id
from domain.status import IncidentKind, IncidentState
from domain.store.postgres.engine import run
from domain.store.postgres.incidents import incident_of, incidents_after
from domain.store.postgres.notifications.delivery_report import (
    NO_DELIVERIES,
    count_of_incidents,
)
from domain.store.postgres.sessions import Holder
from web.api.incidents import docs
from web.api.incidents import schemas as b
from web.api.incidents.schemas import IncidentList, LatestUpdate, incident_view
from web.api.monitor.schemas import state_of_update, to_statuses
from web.api.owner_resource import WritingResource, provided_fields
from web.http.bodies import decode_body, no_change_error, read_body, wrong_value
from web.http.commands import build_command
from web.http.errors import ApiError, invalid, not_found
from web.http.paging import cursor_of, limit_of, position_of
from web.http.preconditions import parse_if_match
from web.http.responses import write_data
from web.http.wire import Named, Written
from web.openapi.describe import describes
from web.openapi.operations import Area

STATE_ALONE = (
    "Send state without other fields than notify: a request either starts or finishes a"
    " maintenance, or changes it."
)
NOTIFY = "Set notify to true or false: whether subscribers hear of this."


class Incidents(WritingResource):
    """`GET` and `POST /api/v1/status/:pageID/incidents`."""

    @describes(docs.LIST_INCIDENTS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List incidents and maintenances of a page, newest first."""
        page = await self.page(req, page_id)
        limit, after = limit_of(req), position_of(req)
        kind = b.parse_kind(req.get_param("kind"))
        stretch = await run(self.engine, incidents_after, page.id, kind, after, limit)
        cursor = cursor_of(stretch.incidents[-1]) if stretch.has_more else None
        ids = [incident.id for incident in stretch.incidents]
        counts = await run(self.engine, count_of_incidents, ids)
        items = [incident_view(i, counts.get(i.id, NO_DELIVERIES)) for i in stretch.incidents]
        write_data(resp, IncidentList(items, cursor))

    @describes(docs.OPEN_INCIDENT)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Open an incident, or plan a maintenance."""
        holder = await self.holder(req)
        raw = await read_body(req)
        await self.write(
            req,
            resp,
            holder,
            build_creation(raw),
            lambda command: Written(command.incident_id),
            stream_id=page_id,
            raw=raw,
            status=201,
        )


def build_creation(raw: bytes) -> c.OpenIncident | c.ScheduleMaintenance:
    """Return the command that opens an incident or plans a maintenance. Raises ApiError 400."""
    kind = b.parse_kind(decode_body(raw, b.OfKind).kind)
    return build_maintenance(raw) if kind is IncidentKind.MAINTENANCE else build_incident(raw)


def build_incident(raw: bytes) -> c.OpenIncident:
    """Return the command that opens an incident. Raises ApiError 400."""
    body = decode_body(raw, b.NewIncident)
    return build_command(
        c.OpenIncident,
        body,
        incident_id=new_id("i"),
        update_id=new_id("u"),
        components=to_statuses(body.components),
        state=state_of_update(body.state),
    )


def build_maintenance(raw: bytes) -> c.ScheduleMaintenance:
    """Return the command that plans a maintenance. Raises ApiError 400."""
    body = decode_body(raw, b.NewMaintenance)
    ids = {"incident_id": new_id("i"), "update_id": new_id("u")}
    # The instants are checked before the components: the first error is the one that is told.
    plan = build_command(c.ScheduleMaintenance, body, **ids, components=())
    return replace(plan, components=b.to_leaf_references(body.components))


class OneIncident(WritingResource):
    """`GET`, `PATCH` and `DELETE /api/v1/status/:pageID/incidents/:iid`."""

    @describes(docs.READ_INCIDENT)
    async def on_get(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Return an incident with its updates."""
        page = await self.page(req, page_id)
        incident = await run(self.engine, incident_of, page.id, iid)
        if incident is None:
            raise not_found("incident")
        counts = await run(self.engine, count_of_incidents, [incident.id])
        write_data(resp, incident_view(incident, counts.get(incident.id, NO_DELIVERIES)))

    @describes(docs.CHANGE_INCIDENT)
    async def on_patch(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Correct an incident; reschedule, start or finish a maintenance."""
        holder = await self.holder(req)
        raw, body = await self.body(req, b.IncidentChange)
        command = build_change(iid, body)

        answer = {"id": iid, **provided_fields(body)}
        await self.write(req, resp, holder, command, lambda _: answer, stream_id=page_id, raw=raw)

    @describes(docs.DELETE_INCIDENT)
    async def on_delete(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Delete an incident with its updates, its statuses and its downtime."""
        holder = await self.holder(req)
        command = c.DeleteIncident(iid, notify=notify_of(req))
        await self.write(req, resp, holder, command, incident_reference, stream_id=page_id)


def build_change(iid: str, body: b.IncidentChange) -> c.Command:
    """Return the command of a change. Raises ApiError 400."""
    changes = provided_fields(body)
    if not changes:
        raise no_change_error(b.IncidentChange)
    if body.state is not None:
        if changes.keys() - {"state", "notify"}:
            raise invalid(STATE_ALONE, "state")
        return build_transition(iid, body.state, body.notify)
    return build_command(c.ChangeIncident, body, incident_id=iid)


def build_transition(iid: str, state: IncidentState, notify: bool | None) -> c.Command:  # noqa: FBT001 - of the body
    """Return the command that starts or finishes a maintenance now. Raises ApiError 400."""
    if state is IncidentState.IN_PROGRESS:
        return c.StartMaintenance(iid, new_id("u"), notify=notify)
    if state is IncidentState.RESOLVED:
        return c.FinishMaintenance(iid, new_id("u"), notify=notify)
    raise wrong_value(b.IncidentChange, "state")


class Updates(WritingResource):
    """`POST /api/v1/status/:pageID/incidents/:iid/updates`."""

    @describes(docs.POST_UPDATE)
    async def on_post(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Post an update on an incident or a maintenance."""
        holder = await self.holder(req)
        raw = await read_body(req)
        command = replace(build_update(iid, raw), etag=parse_if_match(req))
        try:
            await self.write(
                req,
                resp,
                holder,
                command,
                lambda posted: Written(posted.update_id),
                stream_id=page_id,
                raw=raw,
                status=201,
            )
        except ApiError as error:
            if error.code == Code.CONFLICT and command.etag is not None:
                error.data = await self.fetch_latest(holder, page_id, iid)
            raise

    async def fetch_latest(self, holder: Holder, page_id: str, iid: str) -> LatestUpdate | None:
        """Return the newest update of an incident. Raises ApiError 404 for other pages."""
        page = await self.page_of_owner(holder, page_id)
        incident = await run(self.engine, incident_of, page.id, iid)
        if incident is None:
            return None
        newest = incident.newest_update
        return LatestUpdate(b.update_view(newest) if newest else None)


def build_update(iid: str, raw: bytes) -> c.PostUpdate:
    """Return the command that posts an update. Raises ApiError 400."""
    body = decode_body(raw, b.NewUpdate)
    return build_command(
        c.PostUpdate,
        body,
        incident_id=iid,
        update_id=new_id("u"),
        components=to_statuses(body.components),
        if_repeat=c.Repeat.REFUSE,
    )


class OneUpdate(WritingResource):
    """`PATCH` and `DELETE /api/v1/status/:pageID/incidents/:iid/updates/:uid`."""

    @describes(docs.CHANGE_UPDATE)
    async def on_patch(
        self, req: Request, resp: Response, page_id: str, iid: str, uid: str
    ) -> None:
        """Replace the text of an update."""
        holder = await self.holder(req)
        raw, body = await self.body(req, b.UpdateChange)
        command = c.EditUpdate(iid, uid, body.body)
        await self.write(req, resp, holder, command, update_reference, stream_id=page_id, raw=raw)

    @describes(docs.DELETE_UPDATE)
    async def on_delete(
        self, req: Request, resp: Response, page_id: str, iid: str, uid: str
    ) -> None:
        """Delete the text of an update; its effect stays."""
        holder = await self.holder(req)
        notify_of(req)
        command = c.DeleteUpdate(iid, uid)
        await self.write(req, resp, holder, command, update_reference, stream_id=page_id)


def notify_of(req: Request) -> bool | None:
    """Return the parameter `notify`; None if it is absent. Raises ApiError 400."""
    values = {None: None, "true": True, "false": False}
    if (value := req.get_param("notify")) not in values:
        raise invalid(NOTIFY, "notify")
    return values[value]


def incident_reference(command: Any) -> Named:  # noqa: ANN401 - a command about an incident
    """Return the id of the incident in a command."""
    return Named(command.incident_id)


def update_reference(command: Any) -> Named:  # noqa: ANN401 - a command about an update
    """Return the id of the update in a command."""
    return Named(command.update_id)


AREA = Area(
    {
        "/api/v1/status/{page_id}/incidents": Incidents,
        "/api/v1/status/{page_id}/incidents/{iid}": OneIncident,
        "/api/v1/status/{page_id}/incidents/{iid}/updates": Updates,
        "/api/v1/status/{page_id}/incidents/{iid}/updates/{uid}": OneUpdate,
    },
    docs.PATH_PARAMETERS,
    docs.SENTENCES,
)
