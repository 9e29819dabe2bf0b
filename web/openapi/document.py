"""The OpenAPI 3.1 document."""

from collections.abc import Iterable, Mapping
from typing import Any

from web.http.auth import SESSION, name_over
from web.http.errors import ERROR_CODES
from web.openapi.describe import JSON, Audience, Example, Parameter, Schemas
from web.openapi.operations import Call, Route, calls
from web.openapi.prose import CHAPTERS, prose

Json = dict[str, Any]
SECURITY: dict[Audience, list[Json]] = {
    Audience.MONITOR: [{"key": []}],
    Audience.OWNER: [{"session": []}],
    Audience.EITHER: [{"key": []}, {"session": []}],
    Audience.ANYBODY: [],
}
SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "A page's key, `hyd_status_…`."},
    "session": {"type": "apiKey", "in": "cookie", "description": "By login."},
}
KEY = r"^[!-~]+( +[!-~]+)*$"
HEADERS = (
    Parameter("Idempotency-Key",
          {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY},
          "Makes the call safe to repeat for 24 h.", "3f0c7d1e-restart", "header"),
    Parameter("Prefer", {"type": "string"},
          "`respond-async`: answer 202 at once.", "respond-async", "header"),
)  # fmt: skip
ERROR_SCHEMA: Json = {
    "type": "object",
    "description": "Why nothing was done.",
    "properties": {
        "ok": {"const": False},
        "error": {"type": "string", "description": "A sentence for a person."},
        "code": {"type": "string", "enum": list(ERROR_CODES)},
        "fields": {
            "type": "object",
            "description": "Sentences by field, where a field can be blamed.",
            "additionalProperties": {"type": "string"},
        },
        "data": {"type": "object", "description": "The changes in the meantime, for some 409."},
    },
    "required": ["ok", "error", "code"],
}
LOCATION = {"description": "The write's receipt.", "schema": {"type": "string"}}
RETRY = {"description": "In how many seconds to try again.", "schema": {"type": "integer"}}
COOKIE_SET = {"description": "The session, host-only and HttpOnly.", "schema": {"type": "string"}}


def document(routes: Iterable[Route], base_url: str) -> Json:
    """Return the OpenAPI document of the API at `base_url`."""
    api_calls = calls(routes)
    schemas = build_schemas(api_calls)
    paths: dict[str, Json] = {}
    for call in api_calls:
        paths.setdefault(call.public_path, {})[call.method] = build_operation(call, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hep Status",
            "version": "1",
            "license": {"name": "MIT", "identifier": "MIT"},
            "description": prose("introduction"),
        },
        "servers": [{"url": base_url}],
        "tags": [{"name": name, "description": prose(name)} for name, _ in CHAPTERS],
        "paths": paths,
        "components": {
            "schemas": {**schemas.components, "Refusal": ERROR_SCHEMA},
            "securitySchemes": {**SCHEMES, "session": build_session_scheme(base_url)},
        },
    }


def build_session_scheme(base_url: str) -> Json:
    """Return the security scheme of sessions; the cookie's name depends on TLS."""
    return {**SCHEMES["session"], "name": name_over(base_url.partition(":")[0], SESSION)}


def build_schemas(api_calls: list[Call]) -> Schemas:
    """Return the schemas of all described calls."""
    answers = [
        kind for one in api_calls for kind in (one.operation.data, one.operation.later) if kind
    ]
    parameter_types = [one.type for call in api_calls for one in call.operation.parameters]
    return Schemas(
        [*answers, *parameter_types], [body for call in api_calls for body in call.operation.bodies]
    )


def build_operation(call: Call, schemas: Schemas) -> Json:
    """Return one OpenAPI operation object."""
    spec = call.operation
    result: Json = {
        "operationId": spec.name,
        "tags": [spec.tag],
        "summary": spec.summary,
        "security": SECURITY[spec.who],
        "parameters": build_parameters(call, schemas),
        "responses": build_responses(call, schemas),
    }
    if spec.note:
        result["description"] = spec.note
    if spec.body:
        examples = {one.name: {"value": one.body} for one in spec.examples}
        content = {"schema": schemas.of(*spec.bodies), "examples": examples}
        result["requestBody"] = {"required": True, "content": {JSON: content}}
    return result


def build_parameters(call: Call, schemas: Schemas) -> list[Json]:
    """Return the parameters of the path, the query and the headers."""
    path = [
        {"name": part.name, "in": "path", "required": True, "description": part.meaning,
         "schema": {"type": "string", "minLength": 1}, "example": part.example}
        for part in call.parts.values()
    ]  # fmt: skip
    sources = [*call.operation.parameters, *(HEADERS if call.is_logged else ())]
    return path + [build_parameter(one, schemas) for one in sources]


def build_parameter(source: Parameter, schemas: Schemas) -> Json:
    """Return one parameter of the query or a header."""
    schema = source.type if isinstance(source.type, dict) else schemas.of(source.type)
    result = {
        "name": source.name,
        "in": source.location,
        "description": source.meaning,
        "schema": schema,
    }
    return result | ({} if source.example is None else {"example": source.example})


def build_responses(call: Call, schemas: Schemas) -> Json:
    """Return all possible responses by status."""
    result: Json = {
        str(call.operation.status): build_success_response(call, schemas, "Done and published.")
    }
    if not call.has_receipt:
        result[str(call.operation.status)]["description"] = "Done."
    else:
        later = "Stored for good, shown soon; a refusal is then in the receipt only."
        result["202"] = build_success_response(call, schemas, later)
        if call.operation.later:
            content = {"schema": build_envelope(schemas.of(call.operation.later))}
            result["202"]["content"] = {JSON: content}
    if call.operation.skips_repeats:
        content = {"schema": build_envelope(schemas.of(call.operation.data))}
        result["200"] = {
            "description": "It says nothing new: nothing was added.",
            "headers": {"Location": LOCATION},
            "content": {JSON: content},
        }
    for status in sorted({ERROR_CODES[code].status for code in call.codes}):
        result[str(status)] = build_error_response(call, status)
    return result


def build_success_response(call: Call, schemas: Schemas, meaning: str) -> Json:
    """Return the success response."""
    is_json = call.operation.media == JSON
    schema = schemas.of(call.operation.data)
    content = {
        "schema": build_envelope(schema) if is_json else schema,
        "examples": {
            one.name: build_example(one, call.operation.media) for one in call.operation.examples
        },
    }
    headers: Json = {"Location": LOCATION} if call.has_receipt else {}
    if call.operation.sets_cookie:
        headers["Set-Cookie"] = COOKIE_SET
    return {
        "description": meaning,
        **with_headers(headers),
        "content": {call.operation.media: content},
    }


def build_envelope(schema: Json) -> Json:
    """Return the schema of the envelope around data."""
    return {
        "type": "object",
        "properties": {"ok": {"const": True}, "data": schema},
        "required": ["ok", "data"],
    }


def build_example(example: Example, media: str) -> Json:
    """Return the example of an answer."""
    return {"value": {"ok": True, "data": example.data} if media == JSON else example.data}


def build_error_response(call: Call, status: int) -> Json:
    """Return the error response of one status."""
    codes = [code for code in call.codes if ERROR_CODES[code].status == status]
    only = {"properties": {"code": {"enum": codes}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Refusal"}, only]}
    headers: Json = {"Location": LOCATION} if call.has_receipt else {}
    if status in {429, 503}:
        headers["Retry-After"] = RETRY
    meaning = "; ".join(f"`{code}`: {ERROR_CODES[code].meaning}" for code in codes)
    return {"description": meaning, **with_headers(headers), "content": {JSON: {"schema": schema}}}


def with_headers(headers: Mapping[str, Json]) -> Json:
    """Return headers as part of a response, or nothing without headers."""
    return {"headers": dict(headers)} if headers else {}
