"""The OpenAPI 3.1 document."""

from collections.abc import Iterable, Mapping
from typing import Any

from web.http.cookies import SESSION, name_over
from web.http.error_codes import REFUSALS
from web.openapi.describe import JSON, Example, Given, Who
from web.openapi.operations import Call, Routed, calls
from web.openapi.prose import SECTIONS, prose
from web.openapi.schemas import Schemas

Json = dict[str, Any]
SECURITY: dict[Who, list[Json]] = {
    Who.MONITOR: [{"key": []}],
    Who.OWNER: [{"session": []}],
    Who.EITHER: [{"key": []}, {"session": []}],
    Who.ANYBODY: [],
}
SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "A page's key, `hyd_status_…`."},
    "session": {"type": "apiKey", "in": "cookie", "description": "By login."},
}
KEY = r"^[!-~]+( +[!-~]+)*$"
HEADERS = (
    Given("Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY},
          "Makes the call safe to repeat for 24 h.", "3f0c7d1e-restart", "header"),
    Given("Prefer", {"type": "string"},
          "`respond-async`: answer 202 at once.", "respond-async", "header"),
)  # fmt: skip
REFUSAL: Json = {
    "type": "object",
    "description": "Why nothing was done.",
    "properties": {
        "ok": {"const": False},
        "error": {"type": "string", "description": "A sentence for a person."},
        "code": {"type": "string", "enum": list(REFUSALS)},
        "fields": {
            "type": "object",
            "description": "Sentences by field, where a field can be blamed.",
            "additionalProperties": {"type": "string"},
        },
    },
    "required": ["ok", "error", "code"],
}
LOCATION = {"description": "The write's receipt.", "schema": {"type": "string"}}
RETRY = {"description": "In how many seconds to try again.", "schema": {"type": "integer"}}
COOKIE_SET = {"description": "The session, host-only and HttpOnly.", "schema": {"type": "string"}}


def document(routes: Iterable[Routed], base_url: str) -> Json:
    """Return the description of the API at `base_url`."""
    described = calls(routes)
    schemas = schemas_of(described)
    paths: dict[str, Json] = {}
    for call in described:
        paths.setdefault(call.public_path, {})[call.method] = operation(call, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hep Status",
            "version": "1",
            "license": {"name": "MIT", "identifier": "MIT"},
            "description": prose("introduction") + "\n\n" + prose("conventions"),
        },
        "servers": [{"url": base_url}],
        "tags": [{"name": name, "description": prose(name)} for name in SECTIONS],
        "paths": paths,
        "components": {
            "schemas": {**schemas.components, "Refusal": REFUSAL},
            "securitySchemes": {**SCHEMES, "session": session_of(base_url)},
        },
    }


def session_of(base_url: str) -> Json:
    """Return the security scheme of sessions: the cookie's name depends on TLS."""
    return {**SCHEMES["session"], "name": name_over(base_url.partition(":")[0], SESSION)}


def schemas_of(described: list[Call]) -> Schemas:
    """Return the schemas of all that is described."""
    answers = [kind for one in described for kind in (one.said.data, one.said.later) if kind]
    asked = [given.type for call in described for given in call.said.given]
    return Schemas([*answers, *asked], [body for call in described for body in call.said.bodies])


def operation(call: Call, schemas: Schemas) -> Json:
    """Return one operation."""
    said = call.said
    told: Json = {
        "operationId": said.name,
        "tags": [said.tag],
        "summary": said.summary,
        "security": SECURITY[said.who],
        "parameters": parameters(call, schemas),
        "responses": responses(call, schemas),
    }
    if said.note:
        told["description"] = said.note
    if said.body:
        examples = {one.name: {"value": one.body} for one in said.examples}
        content = {"schema": schemas.of(*said.bodies), "examples": examples}
        told["requestBody"] = {"required": True, "content": {JSON: content}}
    return told


def parameters(call: Call, schemas: Schemas) -> list[Json]:
    """Return what the path, the query and the headers may say."""
    path = [
        {"name": place.name, "in": "path", "required": True, "description": place.meaning,
         "schema": {"type": "string", "minLength": 1}, "example": place.example}
        for place in call.parts.values()
    ]  # fmt: skip
    given = [*call.said.given, *(HEADERS if call.is_logged else ())]
    return path + [parameter(one, schemas) for one in given]


def parameter(given: Given, schemas: Schemas) -> Json:
    """Return one parameter of the query or a header."""
    schema = given.type if isinstance(given.type, dict) else schemas.of(given.type)
    told = {"name": given.name, "in": given.place, "description": given.meaning, "schema": schema}
    return told | ({} if given.example is None else {"example": given.example})


def responses(call: Call, schemas: Schemas) -> Json:
    """Return every answer that there can be."""
    told: Json = {str(call.said.status): good(call, schemas, "Done; visitors see it.")}
    if not call.has_receipt:
        told[str(call.said.status)]["description"] = "Done."
    else:
        later = "Stored for good, shown soon; a refusal is then in the receipt only."
        told["202"] = good(call, schemas, later)
        if call.said.later:
            content = {"schema": enveloped(schemas.of(call.said.later))}
            told["202"]["content"] = {JSON: content}
    for status in sorted({REFUSALS[code].status for code in call.codes}):
        told[str(status)] = refused(call, status)
    return told


def good(call: Call, schemas: Schemas, meaning: str) -> Json:
    """Return the answer that does what was asked."""
    is_json = call.said.media == JSON
    schema = schemas.of(call.said.data)
    content = {
        "schema": enveloped(schema) if is_json else schema,
        "examples": {one.name: answered(one, call.said.media) for one in call.said.examples},
    }
    headers: Json = {"Location": LOCATION} if call.has_receipt else {}
    if call.said.sets_cookie:
        headers["Set-Cookie"] = COOKIE_SET
    return {"description": meaning, **with_headers(headers), "content": {call.said.media: content}}


def enveloped(schema: Json) -> Json:
    """Return the schema of the envelope around data."""
    return {
        "type": "object",
        "properties": {"ok": {"const": True}, "data": schema},
        "required": ["ok", "data"],
    }


def answered(example: Example, media: str) -> Json:
    """Return what an example is answered with."""
    return {"value": {"ok": True, "data": example.data} if media == JSON else example.data}


def refused(call: Call, status: int) -> Json:
    """Return the refusals of one status."""
    codes = [code for code in call.codes if REFUSALS[code].status == status]
    only = {"properties": {"code": {"enum": codes}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Refusal"}, only]}
    headers: Json = {"Location": LOCATION} if call.has_receipt else {}
    if status in {429, 503}:
        headers["Retry-After"] = RETRY
    meaning = "; ".join(f"`{code}`: {REFUSALS[code].meaning}" for code in codes)
    return {"description": meaning, **with_headers(headers), "content": {JSON: {"schema": schema}}}


def with_headers(headers: Mapping[str, Json]) -> Json:
    """Return headers as part of a response, if there are any."""
    return {"headers": dict(headers)} if headers else {}
