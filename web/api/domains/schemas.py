"""Bodies about the hosts of a page. Unknown fields are rejected.

Source: docs/behaviour.md, "Mounting a host".
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from web.http.bodies import text

# A host has at most 253 characters; input may add a scheme, a port and a slash.
HOST_LIMIT = 300

Host = Annotated[str, text(HOST_LIMIT, "`acme.<base>`, or a domain of yours.")]


class NewMount(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A host for a page."""

    host: Host


class MountChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A change of a mount: it becomes the primary one."""

    primary: Annotated[
        bool, Meta(extra_json_schema={"const": True, "description": "Only true can be asked for."})
    ]
