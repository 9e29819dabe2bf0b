"""The description of one operation, attached to its responder.

`web.openapi` builds the API description from these and from the body and answer types. How to add a
route: CONTRIBUTING.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import NoneType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_type_hints

import msgspec
from msgspec import UNSET, UnsetType

from domain.text import BLANK, NOT_BLANK
from web.http.bodies import nullable_fields, required_texts
from web.http.wire import Instant

Responder = TypeVar("Responder", bound=Callable[..., Any])
METHODS = ("get", "post", "patch", "put", "delete")
JSON = "application/json"


class Audience(StrEnum):
    """The audience of an operation: monitors by key, owners by session, both, or all."""

    MONITOR = "monitor"
    OWNER = "owner"
    EITHER = "either"
    ANYBODY = "anybody"


class PathParameter(NamedTuple):
    """A path parameter: its name in the description, meaning and example."""

    name: str
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query or header parameter: its type, meaning and example."""

    name: str
    type: Any
    meaning: str
    example: Any = None
    location: str = "query"


@dataclass(frozen=True, slots=True)
class Example:
    """A request that the tests send unchanged, and the `data` of its answer.

    Ids are those of path parameters: tests substitute real ones. Values that differ
    from call to call (ids, instants, secrets) are compared by their form only.
    """

    name: str
    data: Any
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """The description of one method of one address; `data` and `body` are types.

    `name` is for generated clients, `tag` is a section of the document. `refusals` lists the error
    codes special to the operation; common ones are derived. A tuple of bodies means one of them.
    `later` is the type of a 202's `data`, if that holds less. `is_preview`: nothing is written.
    `skips_repeats`: if nothing changes, it answers 200 with the same type. `is_direct`: what it
    changes is in no log. An answer of another media type than `JSON` has no envelope; its examples
    hold the start.
    """

    name: str
    tag: str
    summary: str
    data: Any
    examples: tuple[Example, ...]
    note: str = ""
    body: Any = None
    status: int = 200
    who: Audience = Audience.OWNER
    parameters: tuple[Parameter, ...] = ()
    refusals: tuple[str, ...] = ()
    sets_cookie: bool = False
    has_receipt: bool = False
    media: str = JSON
    body_kib: int = 64
    later: Any = None
    is_preview: bool = False
    is_direct: bool = False
    skips_repeats: bool = False

    @property
    def bodies(self) -> tuple[Any, ...]:
        """The possible types of the body; empty without a body."""
        if self.body is None:
            return ()
        return self.body if isinstance(self.body, tuple) else (self.body,)


def describes(operation: Operation) -> Callable[[Responder], Responder]:
    """Attach a description to a responder."""

    def attach(responder: Responder) -> Responder:
        setattr(responder, ATTRIBUTE, operation)
        return responder

    return attach


ATTRIBUTE = "operation"


def operation_of(resource: type, method: str) -> Operation | None:
    """Return the description of a resource's method, or None."""
    operation = getattr(getattr(resource, f"on_{method}", None), ATTRIBUTE, None)
    return operation if isinstance(operation, Operation) else None


Schema = dict[str, Any]
REF = "#/components/schemas/{name}"
NULL = {"type": "null"}
NOTHING = {"type": ["null", "string"], "pattern": f"^[{BLANK}]*$"}  # a blank text counts as null


class Schemas:
    """The schemas of some types, with all referenced components."""

    def __init__(self, answers: Sequence[Any], bodies: Sequence[type[msgspec.Struct]]) -> None:
        """Generate the schemas of answer and body types."""
        types = list(dict.fromkeys([*answers, *bodies]))
        schemas, self.components = msgspec.json.schema_components(types, ref_template=REF)
        self._of = dict(zip(types, map(simplify, schemas), strict=True))
        self.components = {
            name: simplify(schema_) for name, schema_ in sorted(self.components.items())
        }
        for body in bodies:
            add_body_conventions(body, self.components)

    def of(self, *types: Any) -> Schema:  # noqa: ANN401 - any type that msgspec knows
        """Return the schema of a type; for several types, one of them."""
        schemas = [self._of[kind] for kind in types]
        return schemas[0] if len(schemas) == 1 else {"oneOf": schemas}


def add_body_conventions(body: type[msgspec.Struct], components: dict[str, Schema]) -> None:
    """Add the conventions of bodies to one schema."""
    schema = components[body.__name__]
    properties = schema["properties"]
    required = set(schema.get("required", ()))
    for name in set(properties) - required:
        properties[name] = add_null(properties[name])
        if properties[name].get("default", "") is None:
            del properties[name]["default"]
    for name in required_texts(body):
        properties[name].setdefault("pattern", NOT_BLANK)
    schema.update(getattr(body, "rules", {}))
    if getattr(body, "needs_one", False):
        schema["not"] = build_empty_change(body, components)


def build_empty_change(body: type[msgspec.Struct], components: Mapping[str, Schema]) -> Schema:
    """Return the schema of an empty change: nulls, blanks and empty objects."""
    properties = components[body.__name__]["properties"]
    values = sorted(nullable_fields(body))
    empty = {"type": "object", "maxProperties": 0}
    simplified = {
        name: empty if is_object(properties[name], components) else False for name in values
    }
    return {"properties": simplified, "additionalProperties": NOTHING}


def is_object(schema: Schema, components: Mapping[str, Schema]) -> bool:
    """Return whether a schema refers to an object; an enum can't be empty."""
    parts = [schema, *schema.get("anyOf", ())]
    names = [part["$ref"].rpartition("/")[2] for part in parts if "$ref" in part]
    return any("properties" in components[name] for name in names)


def add_null(schema: Schema) -> Schema:
    """Return a schema that also accepts null."""
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    if "null" in schema.get("type", ()) or NULL in schema.get("anyOf", ()):
        return schema
    default = {"default": schema.pop("default")} if "default" in schema else {}
    return {"anyOf": [schema, NULL], **default}


def simplify(schema: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return an equal, shorter schema with enums in the order of the code."""
    if isinstance(schema, list):
        return [simplify(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    simplified = {
        name: simplify(value)
        for name, value in schema.items()
        if (name, value) != ("required", []) and not (name == "title" and isinstance(value, str))
    }
    if "enum" in simplified and (order := enum_order(schema.get("title"), simplified["enum"])):
        simplified = {"type": "string", **simplified, "enum": order}
    return _joined(simplified)


def _joined(schema: Schema) -> Schema:
    """Write `anyOf` of a plain type and null as one type."""
    parts = schema.get("anyOf", ())
    if len(parts) != 2 or parts[1] != NULL or "enum" in parts[0] or "type" not in parts[0]:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**parts[0], "type": [parts[0]["type"], "null"], **rest}


def enum_order(name: Any, values: list[Any]) -> list[str] | None:  # noqa: ANN401 - JSON of any kind
    """Return the members of our enum in the order of the code; msgspec sorts."""
    same = (k for k in StrEnum.__subclasses__() if k.__name__ == name and {*k} == {*values})
    return next((list(map(str, kind)) for kind in same), None)


def echo_of(body: type[msgspec.Struct], **other: Any) -> type[msgspec.Struct]:  # noqa: ANN401 - any type
    """Return the type of the answer to a change: id and given fields.

    `other` are the types of fields that the answer has beside or instead of the body's.
    """
    fields = {name: (name, hint, UNSET) for name, hint in list_fields(body)}
    others = {name: (name, hint | UnsetType, UNSET) for name, hint in other.items()}
    return define_echo(body, [("id", str), *(fields | others).values()])


def define_echo(body: type[msgspec.Struct], fields: list[Any]) -> type[msgspec.Struct]:
    """Return a type with the fields, named after the body."""
    return msgspec.defstruct(f"Given{body.__name__}", fields)


def list_fields(body: type[msgspec.Struct]) -> Iterator[tuple[str, Any]]:
    """Yield the wire name and the echoed type of each field of a body."""
    hints, nullable = get_type_hints(body), nullable_fields(body)
    for name, wire in zip(body.__struct_fields__, body.__struct_encode_fields__, strict=True):
        parts = [echo_part(part) for part in get_args(hints[name])]
        hint_parts = [part for part in parts if wire in nullable or part is not NoneType]
        yield wire, Union[(*hint_parts, UnsetType)]


def echo_part(part: Any) -> Any:  # noqa: ANN401 - a type annotation
    """Return the echoed type of a part of a field's type."""
    if part is datetime:
        return Instant
    if isinstance(part, type) and issubclass(part, msgspec.Struct):
        return define_echo(part, [(name, hint, UNSET) for name, hint in list_fields(part)])
    return part
