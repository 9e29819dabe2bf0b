"""The document as people read it: sections, calls, fields in words, and a curl for each.

Made of the OpenAPI document alone, so that what is read is what programs get.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from web.openapi.describe import JSON
from web.openapi.document import Json

WHO = {"key": '-H "Authorization: Bearer $KEY"', "session": "-b jar"}
WHO_WORDS = {"key": "a page's key", "session": "a session"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field or parameter: its name, whether it must be there, and in Markdown what it is."""

    name: str
    is_required: bool
    what: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One operation in words; `shape` is the form of its answer, `refusals` are codes by status."""

    id: str
    method: str
    path: str
    summary: str
    note: str
    who: str
    parameters: tuple[Field, ...]
    bodies: tuple[tuple[str, tuple[Field, ...]], ...]
    status: str
    shape: str
    refusals: tuple[tuple[str, tuple[str, ...]], ...]
    curl: str
    answer: str


@dataclass(frozen=True, slots=True)
class Section:
    """A tag with its words (Markdown) and its operations."""

    name: str
    words: str
    calls: tuple[Reading, ...]

    @property
    def anchor(self) -> str:
        """Where it is in the document."""
        return self.name.lower().replace(" ", "-")


def sections(document: Json) -> list[Section]:
    """Return the sections of a document, in its order."""
    read = [
        (told["tags"][0], reading(document, method, path, told))
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]
    found: list[Section] = []
    for tag in document["tags"]:
        calls = tuple(call for name, call in read if name == tag["name"])
        found.append(Section(tag["name"], tag["description"], calls))
    return found


def reading(document: Json, method: str, path: str, told: Json) -> Reading:
    """Return one operation in words."""
    status = next(iter(told["responses"]))
    media, good = next(iter(told["responses"][status]["content"].items()))
    bodies = told.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
    example = next(iter(good["examples"].values()))["value"]
    is_json = media == JSON
    return Reading(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        note=told.get("description", ""),
        who=" or ".join(WHO_WORDS[name] for one in told["security"] for name in one) or "nothing",
        parameters=tuple(map(parameter, told["parameters"])),
        bodies=tuple(body_fields(document, bodies)),
        status=status,
        shape=f"data: {shape(document, good['schema']['properties']['data'])}"
        if is_json
        else media,
        refusals=tuple(refusals(told["responses"])),
        curl=curl(method, path, told),
        answer=json.dumps(example, indent=2, ensure_ascii=False) if is_json else f"{example}…",
    )


def parameter(told: Json) -> Field:
    """Return a parameter in words."""
    where = "" if told["in"] == "path" else f" ({told['in']})"
    return Field(told["name"], told.get("required", False), told["description"] + where)


def body_fields(document: Json, schema: Json) -> Iterator[tuple[str, tuple[Field, ...]]]:
    """Tell the fields of each body that there may be, with what it is."""
    for one in schema.get("oneOf", [schema] if schema else []):
        body = resolved(document, one)
        required = set(body.get("required", ()))
        fields = [
            Field(name, name in required, what(document, part))
            for name, part in body["properties"].items()
        ]
        yield body.get("description", ""), tuple(fields)


def resolved(document: Json, schema: Json) -> Json:
    """Return a schema with what it refers to in it."""
    if "$ref" not in schema:
        return schema
    found: Json = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return {**found, **{name: value for name, value in schema.items() if name != "$ref"}}


def what(document: Json, schema: Json) -> str:
    """Return in words what a field takes."""
    is_own = "$ref" not in schema and not any("$ref" in part for part in schema.get("anyOf", ()))
    meaning = schema.get("description", "") if is_own else ""
    default = f"`{json.dumps(schema['default'])}` if not given" if "default" in schema else ""
    told = [kind(document, schema), meaning.rstrip("."), default]
    return ". ".join(part[0].upper() + part[1:] for part in told if part)


def kind(document: Json, schema: Json) -> str:
    """Return in words what values a schema takes; null is said where it is a value only."""
    told = resolved(document, schema)
    if "anyOf" in told and "properties" not in told:
        parts = [kind(document, part) for part in told["anyOf"] if part != {"type": "null"}]
        return " or ".join(dict.fromkeys(parts))
    if "enum" in told:
        return " ".join(f"`{value}`" for value in told["enum"])
    types = told.get("type", "any")
    name = types if isinstance(types, str) else types[0]
    if name == "array":
        return f"a list of {kind(document, told['items'])}{limits(told)}"
    if name == "object":
        return f"`{shape(document, told)}`"
    if told.get("format") == "date-time":
        return "an instant"
    words = {"string": "text", "integer": "a whole number", "boolean": "true or false"}
    return words.get(name, name) + limits(told)


def limits(told: Json) -> str:
    """Return in words how long or large a value may be."""
    low, high = (
        told.get("minLength", told.get("minimum")),
        told.get("maxLength", told.get("maximum")),
    )
    high = told.get("maxItems", high)
    if high is None:
        return ""
    return f" of {low} to {high:,}" if low else f", up to {high:,}"


def shape(document: Json, schema: Json, depth: int = 3) -> str:
    """Return the form of a value: `{id, components: [{id, name}]}`."""
    told = resolved(document, schema)
    for part in told.get("anyOf", ()) if "properties" not in told else ():
        if part != {"type": "null"}:
            return shape(document, part, depth)
    if "items" in told:
        return f"[{shape(document, told['items'], depth)}]"
    if "properties" not in told or not depth:
        return "…"
    parts = [
        name if (inner := shape(document, part, depth - 1)) in {"…", "[…]"} else f"{name}: {inner}"
        for name, part in told["properties"].items()
    ]
    return "{" + ", ".join(parts) + "}"


def refusals(responses: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Tell the codes of every status that refuses."""
    for status, told in responses.items():
        parts = told["content"].get(JSON, {}).get("schema", {}).get("allOf")
        if parts:
            yield status, tuple(parts[1]["properties"]["code"]["enum"])


def curl(method: str, path: str, told: Json) -> str:
    """Return a call as one types it."""
    for part in told["parameters"]:
        path = path.replace("{%s}" % part["name"], str(part.get("example", "")))  # noqa: UP031 - braces are literal here
    asked = [f"curl -sS $BASE{path}"]
    if method not in {"get", "post"} or (method == "post" and "requestBody" not in told):
        asked[0] = f"curl -sS -X {method.upper()} $BASE{path}"
    who = [WHO[name] for one in told["security"][:1] for name in one]
    sets_cookie = "Set-Cookie" in told["responses"][next(iter(told["responses"]))].get(
        "headers", {}
    )
    asked += ["-b jar -c jar"] if sets_cookie else who
    if body := told.get("requestBody"):
        value: Any = next(iter(body["content"][JSON]["examples"].values()))["value"]
        asked.append("-H 'Content-Type: application/json'")
        asked.append(f"-d '{json.dumps(value, ensure_ascii=False)}'")
    return " \\\n  ".join(asked)
