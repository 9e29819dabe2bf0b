"""The body of a request to subscribe, as JSON or as a form.

Source: docs/behaviour.md, "Subscribers".
"""

from typing import Annotated, Any, Final

import msgspec
from falcon.asgi import Request

from domain.notifications.choices import Channel, Choices, Kinds, Updates
from domain.status import Impact
from web.api import field_sentences as says
from web.api.field_sentences import ADDRESS_LIMIT, ID_LIMIT, REFERENCES_MAX
from web.api.subscribers.addresses import address_problem
from web.http.bodies import decode_body, read_body, text, wrong_value
from web.http.errors import ApiError, invalid
from web.http.forms import FORM, FORM_BYTES, MULTIPART, Fields, media_type_of, read_fields

JSON: Final = "application/json"
NOT_READABLE: Final = "Send a form or JSON (Content-Type: application/json)."


class Subscribe(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A request to subscribe an address to a page, or to one incident."""

    address: Annotated[str, text(ADDRESS_LIMIT), says.ADDRESS]
    channel: Annotated[Channel, says.CHANNEL] = Channel.EMAIL
    components: Annotated[list[str] | None, says.CHOSEN_COMPONENTS] = None
    incident: Annotated[str | None, text(ID_LIMIT), says.FOLLOWED_INCIDENT] = None
    kinds: Annotated[Kinds, says.KINDS] = Kinds.ALL
    impact: Annotated[Impact, says.LEAST_IMPACT] = Impact.NONE
    updates: Annotated[Updates, says.UPDATES] = Updates.ALL

    @property
    def choices(self) -> Choices:
        """The choices of the subscriber; one that follows an incident chooses no components."""
        components = tuple(dict.fromkeys(self.components or ())) or None
        is_follow = self.incident is not None
        return Choices(
            None if is_follow else components, self.incident, self.kinds, self.impact, self.updates
        )


async def read_request(req: Request) -> Subscribe:
    """Return the request. Raises ApiError 400, 408, 413 and 415."""
    media_type = media_type_of(req)
    if media_type == JSON:
        raw = await read_body(req, FORM_BYTES)
    elif media_type in {FORM, MULTIPART}:
        raw = msgspec.json.encode(to_tree(await read_fields(req)))
    else:
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", NOT_READABLE)
    body = decode_body(raw, Subscribe)
    check_request(body)
    return body


def check_request(body: Subscribe) -> None:
    """Check the rules of a request beyond types and lengths. Raises ApiError 400."""
    if len(body.components or ()) > REFERENCES_MAX:
        raise wrong_value(Subscribe, "components")
    if problem := address_problem(body.channel, body.address):
        raise invalid(problem, "address")


def to_tree(fields: Fields) -> dict[str, Any]:
    """Return a form as JSON would say it; a blank field counts as absent."""
    entries = [(name, value) for name, value in fields if value.strip()]
    components = [value for name, value in entries if name == "components"]
    return {**dict(entries), **({"components": components} if components else {})}
