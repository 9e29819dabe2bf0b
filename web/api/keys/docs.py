"""Documentation of the key operations."""

from web.api.keys.answers import ChangedKey, CreatedKey, Key, RotatedKey
from web.api.owner_schemas import KeyChange, NewKey
from web.http.wire import Named
from web.openapi.describe import Example, Operation
from web.openapi.path_parameters import KEY

TAG = "Keys"
SECRET = "hyd_status_4pYk0cVt2uJr8mQxZ1nB6wEs9aHfLdGi3oTyUvKbRe0"  # noqa: S105 - an example

LIST_KEYS = Operation(
    name="listKeys",
    tag=TAG,
    summary="List the page's keys, without their secrets.",
    data=list[Key],
    examples=(
        Example(
            "one key",
            data=[
                {
                    "id": KEY,
                    "name": "Prometheus",
                    "disabled": False,
                    "createdAt": "2026-11-23T14:02:00.000Z",
                    "lastUsedAt": None,
                }
            ],
        ),
    ),
)
CREATE_KEY = Operation(
    name="createKey",
    tag=TAG,
    summary="Make a key; its secret is in this answer and in no other.",
    body=NewKey,
    data=CreatedKey,
    status=201,
    examples=(
        Example(
            "a key",
            body={"name": "Prometheus"},
            data={"id": KEY, "name": "Prometheus", "key": SECRET},
        ),
    ),
)
CHANGE_KEY = Operation(
    name="changeKey",
    tag=TAG,
    summary="Rename, disable or enable a key; it holds from this answer on.",
    body=KeyChange,
    data=ChangedKey,
    examples=(
        Example("switch it off", body={"disabled": True}, data={"id": KEY, "disabled": True}),
    ),
)
DELETE_KEY = Operation(
    name="deleteKey",
    tag=TAG,
    summary="Take a key away; from this answer on it opens nothing.",
    data=Named,
    examples=(Example("a key", data={"id": KEY}),),
)
ROTATE_KEY = Operation(
    name="rotateKey",
    tag=TAG,
    summary="Give a key another secret; the old one opens nothing from this answer on.",
    data=RotatedKey,
    examples=(Example("a key", data={"id": KEY, "key": SECRET}),),
)
