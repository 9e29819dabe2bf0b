"""Incidents and maintenances of a page, with their updates.

Source: docs/behaviour.md, "Owner's API".
"""

from typing import Any, cast

from falcon.asgi import Request, Response

from domain.page import commands as c
from domain.runtime.new_ids import new_id
from domain.status import IncidentKind, IncidentState
from domain.store.postgres.engine import run
from domain.store.postgres.incidents import incident_of, incidents_after
from web.api.area import Area
from web.api.incidents import docs
from web.api.incidents import schemas as b
from web.api.incidents.answers import ChangedIncident, IncidentList, incident_view
from web.api.monitor.schemas import state_of_update, to_statuses
from web.api.owner_resource import WritingResource
from web.api.owner_schemas import is_empty
from web.http.bodies import decode_body, read_body
from web.http.errors import invalid, not_found
from web.http.paging import cursor_of, limit_of, position_of
from web.http.responses import iso, write_data
from web.http.wire import Named, to_id_data
from web.openapi.describe import describes


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
        items = [incident_view(incident) for incident in stretch.incidents]
        data: IncidentList = {"items": items, "nextCursor": cursor}
        write_data(resp, data)

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
            incident_reference,
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
    return c.OpenIncident(
        incident_id=new_id("i"),
        update_id=new_id("u"),
        title=body.title,
        impact=body.impact,
        body=body.body,
        components=to_statuses(body.components),
        state=state_of_update(body.state),
        started_at=b.to_instant(body.started_at, "startedAt"),
    )


def build_maintenance(raw: bytes) -> c.ScheduleMaintenance:
    """Return the command that plans a maintenance. Raises ApiError 400."""
    body = decode_body(raw, b.NewMaintenance)
    return c.ScheduleMaintenance(
        incident_id=new_id("i"),
        update_id=new_id("u"),
        title=body.title,
        scheduled_start=b.to_required_instant(body.scheduled_start, "scheduledStart"),
        scheduled_end=b.to_required_instant(body.scheduled_end, "scheduledEnd"),
        body=body.body,
        components=b.to_leaf_references(body.components),
        auto_start=body.auto_start,
        auto_end=body.auto_end,
    )


class OneIncident(WritingResource):
    """`GET`, `PATCH` and `DELETE /api/v1/status/:pageID/incidents/:iid`."""

    @describes(docs.READ_INCIDENT)
    async def on_get(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Return an incident with its updates."""
        page = await self.page(req, page_id)
        incident = await run(self.engine, incident_of, page.id, iid)
        if incident is None:
            raise not_found("incident")
        write_data(resp, incident_view(incident))

    @describes(docs.CHANGE_INCIDENT)
    async def on_patch(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Correct an incident; reschedule, start or finish a maintenance."""
        holder = await self.holder(req)
        raw, body = await self.body(req, b.IncidentChange)
        command = build_change(iid, body)

        def describe(first: Any) -> ChangedIncident:  # noqa: ANN401 - one of three commands
            return cast("ChangedIncident", {"id": first.incident_id, **echo_fields(body)})

        await self.write(req, resp, holder, command, describe, stream_id=page_id, raw=raw)

    @describes(docs.DELETE_INCIDENT)
    async def on_delete(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Delete an incident with its updates, its statuses and its downtime."""
        holder = await self.holder(req)
        command = c.DeleteIncident(iid)
        await self.write(req, resp, holder, command, incident_reference, stream_id=page_id)


def build_change(iid: str, body: b.IncidentChange) -> c.Command:
    """Return the command of a change. Raises ApiError 400."""
    if is_empty(body):
        raise invalid("Give at least one thing to change.")
    if body.state is not None:
        return build_transition(iid, body)
    return c.ChangeIncident(
        incident_id=iid,
        title=body.title,
        impact=body.impact,
        started_at=b.to_instant(body.started_at, "startedAt"),
        scheduled_start=b.to_instant(body.scheduled_start, "scheduledStart"),
        scheduled_end=b.to_instant(body.scheduled_end, "scheduledEnd"),
        auto_start=body.auto_start,
        auto_end=body.auto_end,
    )


def build_transition(iid: str, body: b.IncidentChange) -> c.Command:
    """Return the command that starts or finishes a maintenance now. Raises ApiError 400."""
    if set(echo_fields(body)) != {"state"}:
        raise invalid("state goes alone: a write is one command.", "state")
    if body.state is IncidentState.IN_PROGRESS:
        return c.StartMaintenance(iid, new_id("u"))
    if body.state is IncidentState.RESOLVED:
        return c.FinishMaintenance(iid, new_id("u"))
    raise invalid("state must be in_progress or resolved; post an update for another.", "state")


def echo_fields(body: b.IncidentChange) -> dict[str, Any]:
    """Return the fields of a change by their wire names."""
    wire = zip(body.__struct_encode_fields__, body.__struct_fields__, strict=True)
    values = {name: getattr(body, attribute) for name, attribute in wire}
    return {n: iso(v) if hasattr(v, "isoformat") else v for n, v in values.items() if v is not None}


class Updates(WritingResource):
    """`POST /api/v1/status/:pageID/incidents/:iid/updates`."""

    @describes(docs.POST_UPDATE)
    async def on_post(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Post an update on an incident or a maintenance."""
        holder = await self.holder(req)
        raw = await read_body(req)
        command = build_update(iid, raw)
        await self.write(
            req, resp, holder, command, update_reference, stream_id=page_id, raw=raw, status=201
        )


def build_update(iid: str, raw: bytes) -> c.PostUpdate:
    """Return the command that posts an update. Raises ApiError 400."""
    body = decode_body(raw, b.NewUpdate)
    return c.PostUpdate(iid, new_id("u"), body.state, body.body, to_statuses(body.components))


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
        command = c.DeleteUpdate(iid, uid)
        await self.write(req, resp, holder, command, update_reference, stream_id=page_id)


def incident_reference(command: Any) -> Named:  # noqa: ANN401 - a command about an incident
    """Return the id of the incident in a command."""
    return to_id_data(command.incident_id)


def update_reference(command: Any) -> Named:  # noqa: ANN401 - a command about an update
    """Return the id of the update in a command."""
    return to_id_data(command.update_id)


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
