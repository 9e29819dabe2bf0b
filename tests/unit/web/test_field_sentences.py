"""Each field of each body has sentences of its own, and a refusal says one of them.

Source: docs/behaviour.md, "Request bodies".
"""

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec
import pytest

from tests.unit.web.test_malformed_bodies import BODIES, Case, drawn_cases
from web.http.errors import ApiError
from web.http.field_sentences import field_hints, find_part, find_sentences, says

OF_A_LIBRARY = re.compile(r"[Ee]xpected|, got |`|Error\\b|\\bNone\\b|\\bstr\\b|\\bint\\b")


def fields_of(shape: type[msgspec.Struct]) -> Iterator[tuple[type[msgspec.Struct], str]]:
    """All fields of a body, those of the objects within it too."""
    for wire, hint in field_hints(shape).items():
        yield shape, wire
        if part := find_part(hint):
            yield from fields_of(part)


FIELDS = sorted(
    {field for body in BODIES for field in fields_of(body)},
    key=lambda field: (str(field[0]), field[1]),
)


def faults_of(shape: type[msgspec.Struct], field: str) -> Iterator[str]:
    """What is wrong with the sentences of a field."""
    sentences = find_sentences(shape, field)
    if sentences is None:
        yield "there are none"
        return
    for sentence in sentences:
        if field not in sentence and "{field}" not in sentence:
            yield f"it does not name {field}: {sentence}"
        if not re.fullmatch(r"[A-Z].*\.", sentence):
            yield f"no sentence: {sentence}"
        if OF_A_LIBRARY.search(sentence):
            yield f"a library's words: {sentence}"


@pytest.mark.parametrize(("shape", "field"), FIELDS, ids=str)
def test_field_has_sentences_of_its_own_that_name_it(shape, field):
    assert list(faults_of(shape, field)) == []


class Odd(msgspec.Struct):
    """Fields whose sentences are missing, or not for people."""

    silent: int
    unnamed: Annotated[int, says("Enter a whole number.")]
    foreign: Annotated[int, says("Expected `int` for foreign.")]
    fragment: Annotated[int, says("fragment must be a number")]


@pytest.mark.parametrize("field", Odd.__struct_fields__)
def test_field_without_a_sentence_for_people_is_found(field):
    assert list(faults_of(Odd, field))


def declared(shape: type[msgspec.Struct], field: str) -> set[str]:
    return {text.replace("{field}", field) for text in find_sentences(shape, field) or ()}


def refused_as(case: Case) -> str:
    with pytest.raises(ApiError) as caught:
        case.door(case.raw)
    return str(caught.value)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_refusal_says_a_sentence_that_is_declared_for_the_field(body):
    # given all that types, lengths and required fields of a body refuse
    cases = [case for case in drawn_cases(body) if case.field in field_hints(body)]
    # when each is decoded, then its sentence is the field's own, but for what can't be stored
    strange = {
        said for case in cases if (said := refused_as(case)) not in declared(body, str(case.field))
    }
    assert {said for said in strange if "can't be stored" not in said} == set()
