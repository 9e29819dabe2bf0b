"""Documentation of the incident, maintenance and update operations."""

from domain.status import IncidentKind
from web.api.audit_sentences import name_sentence, quoted, reference_sentence
from web.api.components import LEAF
from web.api.incidents import schemas as b
from web.api.incidents.schemas import IncidentList, IncidentView
from web.http.preconditions import ETAG_INPUT
from web.http.wire import DeliveryNumbers, Named, Written
from web.openapi.describe import Example, Operation, Parameter, PathParameter, echo_of
from web.openapi.operations import LIMIT_PARAMETER, TAIL, Names, Payload, cursor_of

TAG = "Incidents"
INCIDENT = "i_" + TAIL.format("d")
UPDATE = "u_" + TAIL.format("e")
INCIDENT_ID = PathParameter("incidentId", "An incident or a maintenance of the page.", INCIDENT)
PATH_PARAMETERS = {
    "iid": INCIDENT_ID,
    "uid": PathParameter("updateId", "An update of the incident.", UPDATE),
}
OPENED = "2026-11-23T14:02:00.000Z"
DEGRADED = [{"component": LEAF, "status": "degraded"}]
SLOW = {
    "id": INCIDENT,
    "kind": "incident",
    "title": "Slow answers",
    "impact": "minor",
    "state": "investigating",
    "startedAt": OPENED,
    "postedAt": OPENED,
    "updatedAt": OPENED,
    "resolvedAt": None,
    "scheduledStart": None,
    "scheduledEnd": None,
    "autoStart": True,
    "autoEnd": True,
    "notify": True,
    "planned": [],
    "components": DEGRADED,
    "notifications": dict.fromkeys(DeliveryNumbers.__struct_encode_fields__, 0),
    "updates": [
        {
            "id": UPDATE,
            "state": "investigating",
            "body": "We are looking.",
            "occurredAt": OPENED,
            "postedAt": OPENED,
            "editedAt": None,
            "components": DEGRADED,
        }
    ],
}
IF_MATCH = Parameter(
    "If-Match",
    ETAG_INPUT,
    "The id of the newest update that you have seen, or the incident's while it has none: 409 if"
    " the updates changed in the meantime.",
    "*",
    "header",
)
NOTIFY = Parameter("notify", bool, "`false`: subscribers do not hear of it.", "false")
KIND = Parameter("kind", IncidentKind, "Only these.", "incident")

LIST_INCIDENTS = Operation(
    name="listIncidents",
    tag=TAG,
    summary="List incidents and maintenances, newest start first.",
    data=IncidentList,
    parameters=(LIMIT_PARAMETER, cursor_of("cursor"), KIND),
    examples=(
        Example(
            "the newest",
            query={"limit": 20, "kind": "incident"},
            data={"items": [SLOW], "nextCursor": None},
        ),
    ),
)
OPEN_INCIDENT = Operation(
    name="openIncident",
    tag=TAG,
    summary="Open an incident, or plan a maintenance.",
    note="400, too: `startedAt` in the future, `scheduledEnd` not behind `scheduledStart`."
    " `resolvedAt` is for one that is over (`state`: `resolved`): later than the start, and not in"
    " the future. References that match no component are ignored, and listed in `ignored`.",
    body=(b.NewIncident, b.NewMaintenance),
    data=Written,
    status=201,
    refusals=("TEXT_LIMIT",),
    examples=(
        Example(
            "an incident",
            body={
                "title": "Slow answers",
                "body": "We are looking.",
                "components": [{"component": "API", "status": "degraded"}],
            },
            data={"id": INCIDENT},
        ),
        Example(
            "an hour of the past",
            body={
                "title": "No e-mail",
                "state": "resolved",
                "startedAt": "2026-11-20T09:00:00Z",
                "resolvedAt": "2026-11-20T10:00:00Z",
                "components": [{"component": "API", "status": "outage"}],
            },
            data={"id": INCIDENT},
        ),
        Example(
            "a maintenance",
            body={
                "kind": "maintenance",
                "title": "New disks",
                "scheduledStart": "2098-12-01T22:00:00Z",
                "scheduledEnd": "2098-12-02T00:00:00Z",
                "components": ["API"],
            },
            data={"id": INCIDENT},
        ),
    ),
)
READ_INCIDENT = Operation(
    name="readIncident",
    tag=TAG,
    summary="Read an incident with its timeline.",
    data=IncidentView,
    examples=(Example("an incident", data=SLOW),),
)
CHANGE_INCIDENT = Operation(
    name="changeIncident",
    tag=TAG,
    summary="Correct an incident; reschedule, start or finish a maintenance.",
    note="The answer tells what was given. An incident takes `title`, `impact`, `startedAt`; a"
    " maintenance `title`, `impact` and its plan: its start only until it has started, its end"
    " until it is over (409). `resolvedAt` corrects the end of one that is resolved. The opening"
    " moves along with `startedAt`, which is 400 if another update or the end is earlier. `state`"
    " goes alone: `in_progress` starts a maintenance now, `resolved` finishes it; an incident's"
    " changes by an update (else 400).",
    body=b.IncidentChange,
    data=echo_of(b.IncidentChange),
    refusals=("CONFLICT", "TEXT_LIMIT"),
    examples=(
        Example(
            "a correction",
            body={"title": "Slow answers in Europe", "impact": "major"},
            data={"id": INCIDENT, "title": "Slow answers in Europe", "impact": "major"},
        ),
    ),
)
DELETE_INCIDENT = Operation(
    name="deleteIncident",
    tag=TAG,
    summary="Delete an incident with its updates, its claims and its downtime.",
    data=Named,
    parameters=(NOTIFY,),
    examples=(Example("an incident", data={"id": INCIDENT}),),
)
POST_UPDATE = Operation(
    name="postUpdate",
    tag=TAG,
    summary="Say more of an incident or a maintenance.",
    note="As monitors do; `scheduled` is a state of maintenances that wait (else 400). An update"
    " that says nothing new needs a `body` (else 400). 409: an update came after the one of"
    " `If-Match`; `data.latestUpdate` is the newest. `occurredAt` lies between the opening (of a"
    " maintenance: its planning) and now. An update before another one changes claims until the"
    " next one that names the same component, never the status of now. `resolvedAt` is the end of"
    " the trouble, if the state is `resolved`.",
    body=b.NewUpdate,
    data=Written,
    status=201,
    parameters=(IF_MATCH,),
    refusals=("CONFLICT", "TEXT_LIMIT"),
    examples=(
        Example(
            "a resolution",
            body={"state": "resolved", "body": "All is well."},
            data={"id": UPDATE},
        ),
    ),
)
CHANGE_UPDATE = Operation(
    name="changeUpdate",
    tag=TAG,
    summary="Edit the message of an update. It is marked as edited.",
    body=b.UpdateChange,
    data=Named,
    refusals=("TEXT_LIMIT",),
    examples=(
        Example("a corrected message", body={"body": "We found the cause."}, data={"id": UPDATE}),
    ),
)
DELETE_UPDATE = Operation(
    name="deleteUpdate",
    tag=TAG,
    summary="Delete the message of an update. Its effect stays.",
    data=Named,
    parameters=(NOTIFY,),
    examples=(Example("an update", data={"id": UPDATE}),),
)


def update_sentence(payload: Payload, names: Names) -> str:
    """Return the state of an incident."""
    incident = quoted(names.get(payload.get("incident_id", "")), "an incident that is gone")
    return f"Posted an update on {incident}: {str(payload.get('state')).replace('_', ' ')}"


SENTENCES = {
    "OpenIncident": name_sentence("Opened incident", "title"),
    "PostUpdate": update_sentence,
    "ScheduleMaintenance": name_sentence("Planned maintenance", "title"),
    "StartMaintenance": reference_sentence("Started", "maintenance", "incident_id"),
    "FinishMaintenance": reference_sentence("Finished", "maintenance", "incident_id"),
    "ChangeIncident": reference_sentence("Changed", "incident", "incident_id"),
    "EditUpdate": reference_sentence("Edited an update of", "incident", "incident_id"),
    "DeleteUpdate": reference_sentence("Deleted an update of", "incident", "incident_id"),
    "DeleteIncident": reference_sentence("Deleted", "incident", "incident_id"),
}
