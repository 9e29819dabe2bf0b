"""Documentation of the monitor's API. Source: docs/behaviour.md, "Monitor's API"."""

from web.api.audit_sentences import quoted
from web.api.components import LEAF
from web.api.incidents.docs import INCIDENT, INCIDENT_ID, UPDATE
from web.api.monitor.schemas import OpenIncident, PageSummary, PostUpdate, SetStatus
from web.http.wire import ComponentStatus, Posted, Written
from web.openapi.describe import Audience, Example, Operation, PathParameter
from web.openapi.operations import Names, Payload

TAG = "Monitors"
PATH_PARAMETERS = {
    "iid": INCIDENT_ID,
    "cid": PathParameter("component", "An id or a name, percent-encoded (`CI%2FCD`).", "API"),
}

READ_STATUS = Operation(
    name="readStatus",
    tag=TAG,
    summary="Read the published status. `incidents` lists the unresolved ones.",
    note="What may be old is labelled `x-hepstatus-copy: stale`, as on the page.",
    who=Audience.MONITOR,
    data=PageSummary,
    examples=(
        Example(
            "a page in trouble",
            data={
                "overall": "degraded",
                "components": [{"id": LEAF, "name": "API", "status": "degraded"}],
                "incidents": [
                    {
                        "id": INCIDENT,
                        "title": "Slow answers",
                        "impact": "minor",
                        "state": "investigating",
                        "startedAt": "2026-11-23T14:02:00.000Z",
                    }
                ],
            },
        ),
    ),
)
REPORT_INCIDENT = Operation(
    name="reportIncident",
    tag=TAG,
    summary="Open an incident, as `investigating`.",
    note="Without `impact` it follows the worst status that the incident claims."
    " References that match no component are ignored, and listed in `ignored`.",
    who=Audience.MONITOR,
    body=OpenIncident,
    data=Written,
    status=201,
    refusals=("TEXT_LIMIT",),
    examples=(
        Example(
            "slow answers",
            body={
                "title": "Slow answers",
                "body": "We are looking.",
                "components": [{"component": "API", "status": "degraded"}],
            },
            data={"id": INCIDENT},
        ),
    ),
)
REPORT_UPDATE = Operation(
    name="reportUpdate",
    tag=TAG,
    summary="Say more of an incident, or resolve it.",
    note="An update that says nothing new (the same state, no message, no status that changes"
    " anything) adds nothing: it answers 200 with the newest update's id and `unchanged`.",
    who=Audience.MONITOR,
    body=PostUpdate,
    data=Posted,
    status=201,
    skips_repeats=True,
    refusals=("TEXT_LIMIT",),
    examples=(
        Example(
            "a resolution",
            body={"state": "resolved", "body": "All is well."},
            data={"id": UPDATE},
        ),
    ),
)
SET_STATUS = Operation(
    name="setStatus",
    tag=TAG,
    summary="Set the status of a component, without an incident.",
    note="It opens no incident and counts as no downtime. The answer echoes what was asked.",
    who=Audience.MONITOR,
    body=SetStatus,
    data=ComponentStatus,
    examples=(
        Example(
            "an outage",
            body={"status": "outage"},
            data={"component": "API", "status": "outage"},
        ),
    ),
)


def status_sentence(payload: Payload, names: Names) -> str:
    """Return the status of a leaf, with its name or the reference to it."""
    reference = payload.get("reference", "")
    return f"Set {quoted(names.get(reference, reference), '')} to {payload.get('status')}"


SENTENCES = {"SetStatus": status_sentence}
