"""An owner's incidents and maintenances, with their updates.

Source: docs/behaviour.md, "Owner's API".
"""

from typing import Any, cast

from falcon.asgi import Request, Response

from domain.page import commands as c
from domain.runtime.new_ids import mint
from domain.status import IncidentKind, IncidentState
from domain.store.postgres.engine import run
from domain.store.postgres.incidents import incident_of, incidents_after
from web.api.incidents import docs as said
from web.api.incidents import schemas as b
from web.api.incidents.answers import ChangedIncident, IncidentList, incident_view
from web.api.monitor.schemas import given, state_of_update
from web.api.owner_resource import Owner
from web.api.owner_schemas import is_empty
from web.http.bodies import decode_body, read_body
from web.http.errors import invalid, not_found
from web.http.paging import cursor_of, limit_of, place_of
from web.http.responses import iso, write_data
from web.http.wire import Named, named
from web.openapi.describe import describes


class Incidents(Owner):
    """`GET` and `POST /api/v1/status/:pageID/incidents`."""

    @describes(said.LIST_INCIDENTS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List a page's incidents and maintenances, newest first."""
        page = await self.page(req, page_id)
        limit, after = limit_of(req), place_of(req)
        kind = b.kind_of(req.get_param("kind"))
        found = await run(self.engine, incidents_after, page.id, kind, after, limit)
        cursor = cursor_of(found.incidents[-1]) if found.has_more else None
        items = [incident_view(incident) for incident in found.incidents]
        data: IncidentList = {"items": items, "nextCursor": cursor}
        write_data(resp, data)

    @describes(said.OPEN_INCIDENT)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Open an incident, or plan a maintenance."""
        holder = await self.holder(req)
        raw = await read_body(req)
        await self.write(
            req, resp, holder, begun(raw), named_incident, stream_id=page_id, raw=raw, status=201
        )


def begun(raw: bytes) -> c.OpenIncident | c.ScheduleMaintenance:
    """Return the command that opens an incident or plans a maintenance. Raises ApiError 400."""
    kind = b.kind_of(decode_body(raw, b.OfKind).kind)
    return planned(raw) if kind is IncidentKind.MAINTENANCE else opened(raw)


def opened(raw: bytes) -> c.OpenIncident:
    """Return the command that opens an incident. Raises ApiError 400."""
    body = decode_body(raw, b.NewIncident)
    return c.OpenIncident(
        incident_id=mint("i"),
        update_id=mint("u"),
        title=body.title,
        impact=body.impact,
        body=body.body,
        components=given(body.components),
        state=state_of_update(body.state),
        started_at=b.instant(body.started_at, "startedAt"),
    )


def planned(raw: bytes) -> c.ScheduleMaintenance:
    """Return the command that plans a maintenance. Raises ApiError 400."""
    body = decode_body(raw, b.NewMaintenance)
    return c.ScheduleMaintenance(
        incident_id=mint("i"),
        update_id=mint("u"),
        title=body.title,
        scheduled_start=b.required_instant(body.scheduled_start, "scheduledStart"),
        scheduled_end=b.required_instant(body.scheduled_end, "scheduledEnd"),
        body=body.body,
        components=b.planned_leaves(body.components),
        auto_start=body.auto_start,
        auto_end=body.auto_end,
    )


class OneIncident(Owner):
    """`GET`, `PATCH` and `DELETE /api/v1/status/:pageID/incidents/:iid`."""

    @describes(said.READ_INCIDENT)
    async def on_get(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Tell all of an incident."""
        page = await self.page(req, page_id)
        found = await run(self.engine, incident_of, page.id, iid)
        if found is None:
            raise not_found("incident")
        write_data(resp, incident_view(found))

    @describes(said.CHANGE_INCIDENT)
    async def on_patch(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Correct an incident; plan a maintenance anew, start it or finish it now."""
        holder = await self.holder(req)
        raw, body = await self.body(req, b.IncidentChange)
        command = changed(iid, body)

        def describe(first: Any) -> ChangedIncident:  # noqa: ANN401 - one of three commands
            return cast("ChangedIncident", {"id": first.incident_id, **echoed(body)})

        await self.write(req, resp, holder, command, describe, stream_id=page_id, raw=raw)

    @describes(said.DELETE_INCIDENT)
    async def on_delete(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Delete an incident with its words, its claims and its downtime."""
        holder = await self.holder(req)
        command = c.DeleteIncident(iid)
        await self.write(req, resp, holder, command, named_incident, stream_id=page_id)


def changed(iid: str, body: b.IncidentChange) -> c.Command:
    """Return the one command that a change means. Raises ApiError 400."""
    if is_empty(body):
        raise invalid("Give at least one thing to change.")
    if body.state is not None:
        return begun_or_ended(iid, body)
    return c.ChangeIncident(
        incident_id=iid,
        title=body.title,
        impact=body.impact,
        started_at=b.instant(body.started_at, "startedAt"),
        scheduled_start=b.instant(body.scheduled_start, "scheduledStart"),
        scheduled_end=b.instant(body.scheduled_end, "scheduledEnd"),
        auto_start=body.auto_start,
        auto_end=body.auto_end,
    )


def begun_or_ended(iid: str, body: b.IncidentChange) -> c.Command:
    """Return the command that starts or finishes a maintenance now. Raises ApiError 400."""
    if set(echoed(body)) != {"state"}:
        raise invalid("state goes alone: a write is one command.", "state")
    if body.state is IncidentState.IN_PROGRESS:
        return c.StartMaintenance(iid, mint("u"))
    if body.state is IncidentState.RESOLVED:
        return c.FinishMaintenance(iid, mint("u"))
    raise invalid("state must be in_progress or resolved; post an update for another.", "state")


def echoed(body: b.IncidentChange) -> dict[str, Any]:
    """Return what was given, as the wire writes it."""
    wire = zip(body.__struct_encode_fields__, body.__struct_fields__, strict=True)
    told = {name: getattr(body, attribute) for name, attribute in wire}
    return {n: iso(v) if hasattr(v, "isoformat") else v for n, v in told.items() if v is not None}


class Updates(Owner):
    """`POST /api/v1/status/:pageID/incidents/:iid/updates`."""

    @describes(said.POST_UPDATE)
    async def on_post(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Say more of an incident or a maintenance."""
        holder = await self.holder(req)
        raw = await read_body(req)
        command = posted(iid, raw)
        await self.write(
            req, resp, holder, command, named_update, stream_id=page_id, raw=raw, status=201
        )


def posted(iid: str, raw: bytes) -> c.PostUpdate:
    """Return the command that says more of an incident. Raises ApiError 400."""
    body = decode_body(raw, b.NewUpdate)
    return c.PostUpdate(iid, mint("u"), body.state, body.body, given(body.components))


class OneUpdate(Owner):
    """`PATCH` and `DELETE /api/v1/status/:pageID/incidents/:iid/updates/:uid`."""

    @describes(said.CHANGE_UPDATE)
    async def on_patch(
        self, req: Request, resp: Response, page_id: str, iid: str, uid: str
    ) -> None:
        """Put other words in the place of an update's."""
        holder = await self.holder(req)
        raw, body = await self.body(req, b.UpdateChange)
        command = c.EditUpdate(iid, uid, body.body)
        await self.write(req, resp, holder, command, named_update, stream_id=page_id, raw=raw)

    @describes(said.DELETE_UPDATE)
    async def on_delete(
        self, req: Request, resp: Response, page_id: str, iid: str, uid: str
    ) -> None:
        """Delete an update's words; what it did stays."""
        holder = await self.holder(req)
        command = c.DeleteUpdate(iid, uid)
        await self.write(req, resp, holder, command, named_update, stream_id=page_id)


def named_incident(command: Any) -> Named:  # noqa: ANN401 - what names an incident
    """Return the id of a command's incident."""
    return named(command.incident_id)


def named_update(command: Any) -> Named:  # noqa: ANN401 - what names an update
    """Return the id of a command's update."""
    return named(command.update_id)
