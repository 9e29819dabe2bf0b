"""JSON Schema of bodies and answers, telling the truth about what the server takes.

msgspec makes it of the types; what it does not know of the house's conventions is added: null on an
optional field counts as absent, a required text is not blank, a change changes something.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, get_args, get_type_hints, is_typeddict

import msgspec

from domain.text import BLANK, NOT_BLANK
from web.http.bodies import nullable_fields, required_texts

Schema = dict[str, Any]
REF = "#/components/schemas/{name}"
NULL = {"type": "null"}
NOTHING = {"type": ["null", "string"], "pattern": f"^[{BLANK}]*$"}  # a blank text counts as null


class Schemas:
    """The schemas of some types, each with what it refers to."""

    def __init__(self, answers: Sequence[Any], bodies: Sequence[type[msgspec.Struct]]) -> None:
        """Make them of the types of answers and of bodies."""
        types = list(dict.fromkeys([*answers, *bodies]))
        found, self.components = msgspec.json.schema_components(types, ref_template=REF)
        self._of = dict(zip(types, map(tidied, found), strict=True))
        self.components = {name: tidied(one) for name, one in sorted(self.components.items())}
        for answer in {kind for one in answers for kind in typed_dicts(one)}:
            in_order(self.components[answer.__name__], answer)
        for body in bodies:
            take_as_the_server_does(body, self.components)

    def of(self, *types: Any) -> Schema:  # noqa: ANN401 - any type that msgspec knows
        """Return the schema of a type; of several, that of one of them."""
        found = [self._of[one] for one in types]
        return found[0] if len(found) == 1 else {"oneOf": found}


def typed_dicts(kind: Any) -> Iterator[type]:  # noqa: ANN401 - any type
    """Tell every TypedDict that a type is made of."""
    if is_typeddict(kind):
        yield kind
    parts = get_type_hints(kind).values() if is_typeddict(kind) else get_args(kind)
    for part in parts:
        yield from typed_dicts(part)


def in_order(schema: Schema, answer: type) -> None:
    """Put the fields of an answer in the order in which they are written: msgspec sorts them."""
    names = list(get_type_hints(answer))
    if "properties" in schema:
        schema["properties"] = {name: schema["properties"][name] for name in names}


def take_as_the_server_does(body: type[msgspec.Struct], components: dict[str, Schema]) -> None:
    """Add the conventions of bodies to the schema of one."""
    schema = components[body.__name__]
    properties = schema["properties"]
    required = set(schema.get("required", ()))
    for name in set(properties) - required:
        properties[name] = or_null(properties[name])
        if properties[name].get("default", "") is None:
            del properties[name]["default"]
    for name in required_texts(body):
        properties[name].setdefault("pattern", NOT_BLANK)
    schema.update(getattr(body, "rules", {}))
    if getattr(body, "needs_one", False):
        schema["not"] = says_nothing(body, components)


def says_nothing(body: type[msgspec.Struct], components: Mapping[str, Schema]) -> Schema:
    """Return the schema of a change that changes nothing: nulls, blanks and empty objects."""
    properties = components[body.__name__]["properties"]
    values = sorted(nullable_fields(body))
    empty = {"type": "object", "maxProperties": 0}
    told = {name: empty if is_object(properties[name], components) else False for name in values}
    return {"properties": told, "additionalProperties": NOTHING}


def is_object(schema: Schema, components: Mapping[str, Schema]) -> bool:
    """Tell whether a schema refers to that of an object: an enum can't be empty."""
    parts = [schema, *schema.get("anyOf", ())]
    names = [part["$ref"].rpartition("/")[2] for part in parts if "$ref" in part]
    return any("properties" in components[name] for name in names)


def or_null(schema: Schema) -> Schema:
    """Return a schema that takes null as well."""
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    if "null" in schema.get("type", ()) or NULL in schema.get("anyOf", ()):
        return schema
    default = {"default": schema.pop("default")} if "default" in schema else {}
    return {"anyOf": [schema, NULL], **default}


def tidied(schema: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    """Say the same in fewer words, enums in the order in which they are written."""
    if isinstance(schema, list):
        return [tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    told = {
        name: tidied(value)
        for name, value in schema.items()
        if (name, value) != ("required", []) and not (name == "title" and isinstance(value, str))
    }
    if "enum" in told and (order := ordered(schema.get("title"), told["enum"])):
        told = {"type": "string", **told, "enum": order}
    return _joined(told)


def _joined(schema: Schema) -> Schema:
    """Write `anyOf` of a plain type and null as one type."""
    parts = schema.get("anyOf", ())
    if len(parts) != 2 or parts[1] != NULL or "enum" in parts[0] or "type" not in parts[0]:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**parts[0], "type": [parts[0]["type"], "null"], **rest}


def ordered(name: Any, values: list[Any]) -> list[str] | None:  # noqa: ANN401 - JSON of any kind
    """Return the members of an enum of the house as the code writes them: msgspec sorts them."""
    same = (k for k in StrEnum.__subclasses__() if k.__name__ == name and {*k} == {*values})
    return next((list(map(str, kind)) for kind in same), None)
