"""Bodies about the hosts of a page. Unknown fields are refused. Source: SPEC section 6."""

from typing import Annotated

import msgspec

from web.media import text

# A host has 253 characters; what is pasted may have a scheme, a port and a slash more.
HOST_LIMIT = 300

Host = Annotated[str, text(HOST_LIMIT)]


class NewMount(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status/:pageID/mount`: `acme.<base>`, or a domain of one's own."""

    host: Host


class MountChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`PATCH /api/v1/status/:pageID/mounts/:mid`: `primary` can be switched on only."""

    primary: bool
