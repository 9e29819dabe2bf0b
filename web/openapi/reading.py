"""The document for people: sections, calls, fields in words, and a curl for each.

It is built from the OpenAPI document alone, so that people and programs read the same facts.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from web.openapi.describe import JSON
from web.openapi.document import Json

WHO = {"key": '-H "Authorization: Bearer $KEY"', "session": "-b jar"}
WHO_WORDS = {"key": "a page's key", "session": "a session"}
LINE = 72  # characters that an example has beside the rail
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]")


@dataclass(frozen=True, slots=True)
class Field:
    """A field or parameter: its name, presence rule, Markdown description, place and example."""

    name: str
    is_required: bool
    what: str
    location: str = "body"
    example: str = ""


@dataclass(frozen=True, slots=True)
class OperationText:
    """One operation in words.

    `shape` is the form of its answer, `refusals` codes by status, `body` the first example.
    """

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
    body: str
    answer: str

    @property
    def title(self) -> str:
        """The operation's id as words: `Open incident`."""
        first, *others = WORD.findall(self.id)
        return " ".join([first.capitalize(), *(w if w == "I" else w.lower() for w in others)])

    @property
    def takes_key(self) -> bool:
        """Whether a page's key is enough to make the call."""
        return WHO_WORDS["key"] in self.who

    @property
    def path_parameters(self) -> tuple[Field, ...]:
        """The parameters of the path."""
        return tuple(one for one in self.parameters if one.location == "path")


@dataclass(frozen=True, slots=True)
class Section:
    """A tag with its Markdown prose and its operations."""

    name: str
    words: str
    calls: tuple[OperationText, ...]


def sections(document: Json) -> list[Section]:
    """Return the sections of a document, in its order."""
    operations = [
        (spec["tags"][0], describe_operation(document, method, path, spec))
        for path, methods in document["paths"].items()
        for method, spec in methods.items()
    ]
    result: list[Section] = []
    for tag in document["tags"]:
        calls = tuple(call for name, call in operations if name == tag["name"])
        result.append(Section(tag["name"], tag["description"], calls))
    return result


def describe_operation(document: Json, method: str, path: str, spec: Json) -> OperationText:
    """Return one operation in words."""
    status = next(iter(spec["responses"]))
    media, good = next(iter(spec["responses"][status]["content"].items()))
    bodies = spec.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
    example = next(iter(good["examples"].values()))["value"]
    is_json = media == JSON
    return OperationText(
        id=spec["operationId"],
        method=method.upper(),
        path=path,
        summary=spec["summary"],
        note=spec.get("description", ""),
        who=" or ".join(WHO_WORDS[name] for one in spec["security"] for name in one) or "nothing",
        parameters=tuple(map(describe_parameter, spec["parameters"])),
        bodies=tuple(body_fields(document, bodies)),
        status=status,
        shape=f"data: {describe_shape(document, good['schema']['properties']['data'])}"
        if is_json
        else media,
        refusals=tuple(list_error_codes(spec["responses"])),
        curl=build_curl(method, path, spec),
        body=json.dumps(body, indent=2, ensure_ascii=False) if (body := body_example(spec)) else "",
        answer=json.dumps(example, indent=2, ensure_ascii=False) if is_json else f"{example}…",
    )


def describe_parameter(spec: Json) -> Field:
    """Return a parameter in words."""
    where = "" if spec["in"] == "path" else f" ({spec['in']})"
    return Field(
        spec["name"],
        spec.get("required", False),
        spec["description"] + where,
        spec["in"],
        str(spec.get("example", "")),
    )


def body_example(spec: Json) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the first example of an operation's body; None without a body."""
    if not (body := spec.get("requestBody")):
        return None
    return next(iter(body["content"][JSON]["examples"].values()))["value"]


def body_fields(document: Json, schema: Json) -> Iterator[tuple[str, tuple[Field, ...]]]:
    """Yield the title and the fields of each possible body."""
    for one in schema.get("oneOf", [schema] if schema else []):
        body = resolve_ref(document, one)
        required = set(body.get("required", ()))
        fields = [
            Field(name, name in required, describe_field(document, part))
            for name, part in body["properties"].items()
        ]
        yield body.get("description", ""), tuple(fields)


def resolve_ref(document: Json, schema: Json) -> Json:
    """Return a schema with its `$ref` resolved."""
    if "$ref" not in schema:
        return schema
    target: Json = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return {**target, **{name: value for name, value in schema.items() if name != "$ref"}}


def describe_field(document: Json, schema: Json) -> str:
    """Return the description of a field in words."""
    is_own = "$ref" not in schema and not any("$ref" in part for part in schema.get("anyOf", ()))
    meaning = schema.get("description", "") if is_own else ""
    default = f"`{json.dumps(schema['default'])}` if not given" if "default" in schema else ""
    sentences = [describe_values(document, schema), meaning.rstrip("."), default]
    return ". ".join(part[0].upper() + part[1:] for part in sentences if part)


def describe_values(document: Json, schema: Json) -> str:
    """Return the accepted values of a schema in words; null counts only alone."""
    spec = resolve_ref(document, schema)
    if "anyOf" in spec and "properties" not in spec:
        parts = [
            describe_values(document, part) for part in spec["anyOf"] if part != {"type": "null"}
        ]
        return " or ".join(dict.fromkeys(parts))
    if "enum" in spec:
        return " ".join(f"`{value}`" for value in spec["enum"])
    types = spec.get("type", "any")
    name = types if isinstance(types, str) else types[0]
    if name == "array":
        return f"a list of {describe_values(document, spec['items'])}{describe_limits(spec)}"
    if name == "object":
        return f"`{describe_shape(document, spec)}`"
    if spec.get("format") == "date-time":
        return "an instant"
    words = {"string": "text", "integer": "a whole number", "boolean": "true or false"}
    return words.get(name, name) + describe_limits(spec)


def describe_limits(spec: Json) -> str:
    """Return the length or size limits of a value in words."""
    low, high = (
        spec.get("minLength", spec.get("minimum")),
        spec.get("maxLength", spec.get("maximum")),
    )
    high = spec.get("maxItems", high)
    if high is None:
        return ""
    return f" of {low} to {high:,}" if low else f", up to {high:,}"


def describe_shape(document: Json, schema: Json, depth: int = 3) -> str:
    """Return the form of a value: `{id, components: [{id, name}]}`."""
    spec = resolve_ref(document, schema)
    for part in spec.get("anyOf", ()) if "properties" not in spec else ():
        if part != {"type": "null"}:
            return describe_shape(document, part, depth)
    if "items" in spec:
        return f"[{describe_shape(document, spec['items'], depth)}]"
    if "properties" not in spec or not depth:
        return "…"
    parts = [
        name
        if (inner := describe_shape(document, part, depth - 1)) in {"…", "[…]"}
        else f"{name}: {inner}"
        for name, part in spec["properties"].items()
    ]
    return "{" + ", ".join(parts) + "}"


def list_error_codes(responses: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the error codes of each error status."""
    for status, spec in responses.items():
        parts = spec["content"].get(JSON, {}).get("schema", {}).get("allOf")
        if parts:
            yield status, tuple(parts[1]["properties"]["code"]["enum"])


def format_body(value: Any) -> str:  # noqa: ANN401 - JSON of any kind
    """Return JSON for a shell's single quotes, on one line if that is short."""
    line = json.dumps(value, ensure_ascii=False)
    text = line if len(line) <= LINE else json.dumps(value, indent=2, ensure_ascii=False)
    return text.replace("'", "'\\''")


def build_curl(method: str, path: str, spec: Json) -> str:
    """Return a call as a shell command."""
    for parameter in spec["parameters"]:
        path = path.replace("{%s}" % parameter["name"], str(parameter.get("example", "")))  # noqa: UP031 - braces are literal here
    parts = [f"curl -sS $BASE{path}"]
    if method not in {"get", "post"} or (method == "post" and "requestBody" not in spec):
        parts[0] = f"curl -sS -X {method.upper()} $BASE{path}"
    who = [WHO[name] for one in spec["security"][:1] for name in one]
    sets_cookie = "Set-Cookie" in spec["responses"][next(iter(spec["responses"]))].get(
        "headers", {}
    )
    parts += ["-b jar -c jar"] if sets_cookie else who
    if "requestBody" in spec:
        parts.append("-H 'Content-Type: application/json'")
        parts.append(f"-d '{format_body(body_example(spec))}'")
    return " \\\n  ".join(parts)
