"""Documentation of the preview operations."""

from typing import Annotated

from msgspec import Meta

from domain.status import Status
from domain.store.redis.previews import PreviewResult
from web.api.components import LEAF
from web.api.incidents import schemas as b
from web.api.incidents.docs import DEGRADED, INCIDENT_ID
from web.api.pages.settings_schemas import BODY_BYTES, PageChange
from web.http.wire import Answer, Id, to_answer
from web.openapi.describe import Example, Operation, Parameter, PathParameter
from web.openapi.operations import PAGE, TAIL


class ChangedComponent(Answer, frozen=True):
    """A component with another status; `was` is null for a new one."""

    id: Id
    name: str
    status: Status
    label: str
    was: Status | None


class OutlookView(Answer, frozen=True):
    """The page as it would be, its address for a minute, and recipients by channel."""

    indicator: Status
    headline: str
    components: list[ChangedComponent]
    page: str
    change: str
    recipients: dict[str, int]


def preview_view(outlook: PreviewResult, path: str) -> OutlookView:
    """Return a preview as JSON; its documents are at `path`."""
    components = [to_answer(ChangedComponent, leaf) for leaf in outlook.leaves]
    change = f"{path}?part=change"
    return to_answer(OutlookView, outlook, components=components, page=path, change=change)


TAG = "Previews"
PREVIEW = "v_" + TAIL.format("p")
PATH_PARAMETERS = {
    "iid": INCIDENT_ID,
    "vid": PathParameter("previewId", "As `previewIncident` and its like tell it.", PREVIEW),
}
PATH = f"/api/v1/status/{PAGE}/preview/{PREVIEW}"
WORSE = {
    "indicator": "degraded",
    "headline": "Degraded Performance",
    "components": [
        {"id": LEAF, "name": "API", "status": "degraded", "label": "Degraded", "was": "operational"}
    ],
    "page": PATH,
    "change": f"{PATH}?part=change",
    "recipients": {},
}
SAME = {
    **WORSE,
    "indicator": "operational",
    "headline": "All Systems Operational",
    "components": [],
}
BETTER = {
    **SAME,
    "components": [
        {"id": LEAF, "name": "API", "status": "operational", "label": "Online", "was": "degraded"}
    ],
}
WINDOW = {
    "kind": "maintenance",
    "title": "New disks",
    "scheduledStart": "2098-12-01T22:00:00Z",
    "scheduledEnd": "2098-12-02T00:00:00Z",
}
PART = Parameter(
    "part",
    Annotated[str, Meta(extra_json_schema={"enum": ["page", "change"]})],
    "`page`: all of it; `change`: its headline, and the components and incidents that change.",
    "change",
)

PREVIEW_PAGE = Operation(
    name="previewPage",
    tag="Pages",
    summary="Show the page as it would be served, also while it is hidden or dark.",
    note="No JSON. The base alone may frame it; it does not refresh itself, its links lead nowhere,"
    " and its logo comes from `/logo/{name}` on the base.",
    data=str,
    media="text/html",
    examples=(Example("a page", data="<!doctype html>"),),
)
PREVIEW_INCIDENT = Operation(
    name="previewIncident",
    tag=TAG,
    summary="Preview a new incident or maintenance.",
    note="The body and the refusals are those of `openIncident`; nothing is written. 503: no worker"
    " found it out within a second.",
    body=(b.NewIncident, b.NewMaintenance),
    data=OutlookView,
    is_preview=True,
    refusals=("CONFLICT", "TEXT_LIMIT"),
    examples=(
        Example("an incident", body={"title": "Slow answers", "components": DEGRADED}, data=WORSE),
        Example("a maintenance", body=WINDOW, data=SAME),
    ),
)
PREVIEW_UPDATE = Operation(
    name="previewUpdate",
    tag=TAG,
    summary="Preview an update.",
    note="The body and the refusals are those of `postUpdate`; nothing is written.",
    body=b.NewUpdate,
    data=OutlookView,
    is_preview=True,
    refusals=("CONFLICT", "TEXT_LIMIT"),
    examples=(
        Example(
            "a resolution",
            body={
                "state": "resolved",
                "components": [{"component": LEAF, "status": "operational"}],
            },
            data=BETTER,
        ),
    ),
)
PREVIEW_SETTINGS = Operation(
    name="previewSettings",
    tag=TAG,
    summary="Preview changed settings.",
    note="The body is that of `changePage`, without `domain`; nothing is written, and `If-Match` is"
    " not looked at. A new logo is shown.",
    body=PageChange,
    body_kib=BODY_BYTES // 1024,
    data=OutlookView,
    is_preview=True,
    examples=(Example("another name", body={"labels": {"outage": "Down"}}, data=SAME),),
)
READ_PREVIEW = Operation(
    name="readPreview",
    tag=TAG,
    summary="Show what visitors would see.",
    note="No JSON. It is there for a minute; the base alone may frame it.",
    data=str,
    media="text/html",
    parameters=(PART,),
    examples=(
        Example("the page", data="<!doctype html>"),
        Example("the change", query={"part": "change"}, data="<!doctype html>"),
    ),
)
