"""Documentation of the template operations."""

from web.api.templates.answers import ChangedTemplate, TemplateView
from web.api.templates.schemas import NewTemplate, TemplateChange
from web.http.wire import Named
from web.openapi.describe import Example, Operation
from web.openapi.path_parameters import PAGE, TEMPLATE

TAG = "Templates"
WORDS = {
    "name": "Outage",
    "title": "The API is down",
    "body": "We are looking.",
    "state": "identified",
    "impact": "major",
}
OUTAGE = {"id": TEMPLATE, "page": PAGE, **WORDS, "kind": "incident"}
ONE = (Example("one template", data=[OUTAGE]),)

LIST_ALL_TEMPLATES = Operation(
    name="listAllTemplates",
    tag=TAG,
    summary="List the templates of all of the account's pages, page by page, oldest first.",
    data=list[TemplateView],
    examples=ONE,
)
LIST_TEMPLATES = Operation(
    name="listTemplates",
    tag=TAG,
    summary="List a page's templates, oldest first.",
    data=list[TemplateView],
    examples=ONE,
)
ADD_TEMPLATE = Operation(
    name="addTemplate",
    tag=TAG,
    summary="Keep words for later.",
    note="400, too: `state` or `impact` of a maintenance. 409: the page has 200 templates.",
    body=NewTemplate,
    data=TemplateView,
    status=201,
    refusals=("CONFLICT", "TEXT_LIMIT"),
    examples=(
        Example("an outage", body=WORDS, data=OUTAGE),
        Example(
            "a maintenance",
            body={"title": "New disks", "kind": "maintenance"},
            data={
                "id": TEMPLATE,
                "page": PAGE,
                "name": "New disks",
                "title": "New disks",
                "body": None,
                "state": None,
                "impact": None,
                "kind": "maintenance",
            },
        ),
    ),
)
CHANGE_TEMPLATE = Operation(
    name="changeTemplate",
    tag=TAG,
    summary="Change a template; what is not given stays.",
    note="The answer tells what was given. 400, too: `state` or `impact` of a maintenance.",
    body=TemplateChange,
    data=ChangedTemplate,
    refusals=("TEXT_LIMIT",),
    examples=(
        Example(
            "other words",
            body={"title": "The API is slow", "impact": None},
            data={"id": TEMPLATE, "title": "The API is slow", "impact": None},
        ),
    ),
)
DELETE_TEMPLATE = Operation(
    name="deleteTemplate",
    tag=TAG,
    summary="Forget a template; what was opened from it stays.",
    data=Named,
    examples=(Example("a template", data={"id": TEMPLATE}),),
)
