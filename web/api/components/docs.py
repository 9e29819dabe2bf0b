"""Documentation of the component operations."""

from web.api.components.answers import AddedNode, ChangedNode, Node
from web.api.owner_schemas import ComponentChange, NewComponent
from web.http.wire import Named
from web.openapi.describe import Example, Operation
from web.openapi.path_parameters import CATEGORY, LEAF

TAG = "Components"
API = {
    "id": LEAF,
    "kind": "leaf",
    "parent": None,
    "position": 0,
    "name": "API",
    "description": None,
    "status": "operational",
    "showUptime": True,
}

LIST_COMPONENTS = Operation(
    name="listComponents",
    tag=TAG,
    summary="List the tree, depth first.",
    note="The `status` of a category is its pin.",
    data=list[Node],
    examples=(Example("one component", data=[API]),),
)
ADD_COMPONENT = Operation(
    name="addComponent",
    tag=TAG,
    summary="Add a component or a category.",
    note="400: `parent` is no category of this page, or this would be a fourth level.",
    body=NewComponent,
    data=AddedNode,
    status=201,
    refusals=("COMPONENT_LIMIT", "TEXT_LIMIT"),
    examples=(
        Example(
            "a component",
            body={"name": "API", "description": "What apps speak to"},
            data={"id": LEAF, "name": "API", "kind": "leaf", "parent": None},
        ),
        Example(
            "a component in a category",
            body={"name": "Search", "parent": CATEGORY, "status": "degraded"},
            data={"id": LEAF, "name": "Search", "kind": "leaf", "parent": CATEGORY},
        ),
    ),
)
CHANGE_COMPONENT = Operation(
    name="changeComponent",
    tag=TAG,
    summary="Change or move a component; what is not given stays.",
    note="The answer tells what was given. 400: `parent` is no category of this page, is the"
    " component or below it, or would make a fourth level; `status` null on a leaf.",
    body=ComponentChange,
    data=ChangedNode,
    refusals=("TEXT_LIMIT",),
    examples=(
        Example(
            "a quick toggle", body={"status": "partial"}, data={"id": LEAF, "status": "partial"}
        ),
        Example(
            "a move",
            body={"parent": CATEGORY, "position": 0},
            data={"id": LEAF, "parent": CATEGORY, "position": 0},
        ),
    ),
)
DELETE_COMPONENT = Operation(
    name="deleteComponent",
    tag=TAG,
    summary="Delete a component; what a category holds moves up to where it stood.",
    data=Named,
    examples=(Example("a component", data={"id": LEAF}),),
)
