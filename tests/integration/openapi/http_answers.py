"""What answers are held to: the description's own schemas, taken strictly."""

import re
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from web.openapi.describe import JSON
from web.openapi.document import document
from web.openapi.operations import Call, calls
from web.routes import ROUTES

CALLS = calls(ROUTES)
FORMS = (
    ("path", re.compile(r"/api/v1/status/p_\w{26}/preview/v_\w{26}(\?part=change)?")),
    ("id", re.compile(r"[a-z]_[0-9a-z]{26}")),
    ("instant", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")),
    ("secret", re.compile(r"hyd_status_.{43}")),
    ("email", re.compile(r"\S+@example\.com")),
    ("url", re.compile(r"https?://\S+")),
    ("host", re.compile(r"[\w.-]+\.(localhost|hep\.gg)")),
)
# What a lookup that is under way changes, and what proves a host: another value at every call.
MOVING = frozenset({"reason", "checkedAt", "nextCheckAt", "value"})


@cache
def described() -> dict[str, Any]:
    """The document, as one process makes it."""
    return document(ROUTES, "http://localhost")


@cache
def strict() -> dict[str, Any]:
    """Its components, none of which takes a field that is not described."""
    components = described()["components"]["schemas"]
    return {
        "schemas": {
            name: {**one, "additionalProperties": False}
            if one.get("type") == "object" and name not in {"Nothing", "Refusal"}
            else one
            for name, one in components.items()
        }
    }


def operation(call: Call) -> dict[str, Any]:
    """What the document says of a call."""
    return described()["paths"][call.public_path][call.method]


def conforms(schema: dict[str, Any], value: Any) -> None:
    """Hold a value to a schema of the document."""
    Draft202012Validator({**schema, "components": strict()}).validate(value)


def hold(call: Call, answer: httpx.Response) -> Any:
    """Hold an answer to what is described of it; return its JSON, or its text if it is none."""
    told = operation(call)["responses"].get(str(answer.status_code))
    assert told, f"{answer.status_code} is not described: {answer.text}"
    [(media, content)] = told["content"].items()
    assert answer.headers["content-type"] in {media, f"{media}; charset=utf-8"}
    value = answer.json() if media == JSON else answer.text
    conforms(content["schema"], value)
    named = {name.lower() for name in told.get("headers", {})}
    assert {"location", "retry-after", "set-cookie"} & set(answer.headers) <= named
    return value


def shape(value: Any, *, words: bool = True) -> Any:
    """A value as far as it is the same at every call; without `words` only its fields."""
    match value:
        case dict():
            return {
                name: "moving" if name in MOVING else shape(one, words=words)
                for name, one in value.items()
            }
        case list():
            return [shape(one, words=words) for one in value[:1]]
        case str():
            form = next((name for name, form in FORMS if form.fullmatch(value)), value)
            return form if words else "value"
    return value if words else "value"
