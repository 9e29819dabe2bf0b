"""Documentation of the custom domain operations."""

from typing import Any

from web.api.domains.answers import MountView
from web.api.domains.schemas import MountChange, NewMount
from web.http.wire import Named
from web.openapi.describe import Example, Operation
from web.openapi.path_parameters import MOUNT

TAG = "Hosts"
AT = "2026-11-23T14:02:00.000Z"
TOKEN = "3vq8m2x7t4z9k1w6"  # noqa: S105 - it is public in DNS
SUBDOMAIN: dict[str, Any] = {
    "id": MOUNT,
    "host": "acme.hep.gg",
    "hostUnicode": "acme.hep.gg",
    "kind": "subdomain",
    "state": "active",
    "reason": None,
    "primary": True,
    "url": "https://acme.hep.gg/",
    "dns": [],
    "createdAt": AT,
    "verifiedAt": AT,
    "checkedAt": None,
    "nextCheckAt": None,
}
DOMAIN = {
    "id": MOUNT,
    "host": "status.acme.com",
    "hostUnicode": "status.acme.com",
    "kind": "domain",
    "state": "pending",
    "reason": "Waiting for the first lookup in DNS.",
    "primary": False,
    "url": "https://status.acme.com/",
    "dns": [
        {"type": "CNAME", "name": "status.acme.com", "value": f"{TOKEN}.mount.hep.gg"},
        {"type": "TXT", "name": "_hepstatus.status.acme.com", "value": f"hepstatus-verify={TOKEN}"},
    ],
    "createdAt": AT,
    "verifiedAt": None,
    "checkedAt": None,
    "nextCheckAt": AT,
}

MOUNT_HOST = Operation(
    name="mountHost",
    tag=TAG,
    summary="Mount a host: a subdomain of the base at once, a domain once its proof was seen.",
    note="409: taken, reserved, mounted here already, a second subdomain or a sixth domain, or a"
    " subdomain that another account had in the last 30 days. 429: an account's eleventh new"
    " subdomain within 24 hours; pages that are created with one count too.",
    body=NewMount,
    data=MountView,
    status=201,
    refusals=("CONFLICT",),
    examples=(Example("a domain", body={"host": "status.acme.com"}, data=DOMAIN),),
)
LIST_MOUNTS = Operation(
    name="listMounts",
    tag=TAG,
    summary="List a page's mounts, oldest first.",
    data=list[MountView],
    examples=(Example("a subdomain", data=[SUBDOMAIN]),),
)
CHANGE_MOUNT = Operation(
    name="changeMount",
    tag=TAG,
    summary="Make a mount's host the page's canonical one.",
    note="409: it is not active.",
    body=MountChange,
    data=MountView,
    later=Named,
    refusals=("CONFLICT",),
    examples=(Example("the primary host", body={"primary": True}, data=SUBDOMAIN),),
)
UNMOUNT_HOST = Operation(
    name="unmountHost",
    tag=TAG,
    summary="Take a host from its page; from this answer on it is free.",
    data=Named,
    examples=(Example("a mount", data={"id": MOUNT}),),
)
VERIFY_MOUNT = Operation(
    name="verifyMount",
    tag=TAG,
    summary="Look a mount up again, now.",
    note="What failed or lapsed is pending again. The answer tells the mount as it is before that"
    " lookup; a subdomain needs none.",
    data=MountView,
    later=Named,
    examples=(Example("a subdomain", data=SUBDOMAIN),),
)
