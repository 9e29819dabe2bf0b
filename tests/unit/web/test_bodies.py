"""Bodies: decoded into requests, or refused with a sentence that names the field."""

import json

import msgspec
import pytest

from web.api import owner_resource as owner
from web.api.monitor import schemas as monitor
from web.api.pages import settings_schemas as settings
from web.http.bodies import decode_body, explain_error
from web.http.errors import ApiError


def refused(raw, shape) -> ApiError:
    with pytest.raises(ApiError) as caught:
        decode_body(raw if isinstance(raw, bytes) else json.dumps(raw).encode(), shape)
    assert (caught.value.status, caught.value.code) == (400, "VALIDATION")
    return caught.value


def decoded(body, shape):
    return decode_body(json.dumps(body).encode(), shape)


INCIDENT, UPDATE, STATUS = monitor.OpenIncident, monitor.PostUpdate, monitor.SetStatus
PAGE, LEAF, CHANGE = owner.NewPage, owner.NewComponent, settings.PageChange

REFERENCES = (
    "The affected components ({}) must be a list of at most 500 objects, such as"
    ' {{"component": "API", "status": "outage"}}.'
)
NO_FIELD = "is not a field of this request. Fields that can stand here:"
# One row a kind of mistake; each field's own sentences are in test_field_sentences.py.
NAMED = [
    (INCIDENT, {}, "title", "Enter a title of at most 200 characters."),
    (INCIDENT, {"title": 7}, "title", "The title must be text of at most 200 characters."),
    (INCIDENT, {"title": "x", "body": "x" * 10_001}, "body",
     "The message (body) must be text of at most 10,000 characters."),
    (INCIDENT, {"title": "x", "impact": "huge"}, "impact",
     "Choose an impact: none, minor, major or critical."),
    (INCIDENT, {"title": "x", "components": {}}, "components", REFERENCES.format("components")),
    (INCIDENT, {"title": "x", "components": [1]}, "components[0]",
     REFERENCES.format("components[0]")),
    (INCIDENT, {"title": "x", "components": [{}]}, "components[0].component",
     "Name the component by its id or its name (components[0].component)."),
    (INCIDENT, {"title": "x", "more": {"deep": ["\0"]}}, "more",
     "more holds a character that can't be stored: NUL."),
    (INCIDENT, b'{"title":"a\\ud800b"}', "title",
     "title holds a character that can't be stored: half of a surrogate pair."),
    (UPDATE, {"state": "done"}, "state",
     "Choose a state: investigating, identified, in_progress, monitoring or resolved."),
    (PAGE, {"name": "x", "surprise": 1}, "surprise",
     f"surprise {NO_FIELD} name, subdomain, timeZone."),
    (CHANGE, {"isPublic": "yes"}, "isPublic",
     "Set isPublic to true to publish the page, or to false to hide it."),
    (CHANGE, {"labels": {"outage": 7}}, "labels.outage",
     "The label of a status (labels.outage) must be text of at most 40 characters."),
    (CHANGE, {"theme": {"colour": 7}}, "theme.colour",
     f"theme.colour {NO_FIELD} mode, accent, header, font."),
    (LEAF, {"name": "x", "position": -1}, "position",
     "The position must be a whole number from 0 to 100,000."),
    (LEAF, {"name": "x", "kind": "branch"}, "kind", "Choose a kind: leaf or category."),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "body", "field", "sentence"), NAMED)
def test_field_is_named_in_a_sentence_when_its_value_is_wrong(shape, body, field, sentence):
    error = refused(body, shape)
    assert error.fields == {field: sentence}
    assert str(error) == sentence


def test_texts_are_trimmed_and_blank_ones_are_missing_when_decoded():
    body = decoded(
        {"title": " Slow \n", "body": "  ", "impact": None, "components": None}, INCIDENT
    )
    assert (body.title, body.body, body.impact, body.components) == ("Slow", None, None, None)


def test_null_is_told_from_absent_where_it_means_something():
    part = owner.ComponentChange
    assert decoded({"name": "x"}, part).parent is msgspec.UNSET
    assert decoded({"parent": None, "name": None}, part).parent is None
    assert decoded({"parent": "  "}, part).parent is None
    assert decoded({"parent": " c_1 "}, part).parent == "c_1"
    assert owner.provided_fields(decoded({"parent": None, "name": None}, part)) == {"parent": None}
    assert not owner.provided_fields(decoded({"name": None, "position": None}, part))
    assert not owner.provided_fields(decoded({"theme": {}, "labels": {}}, CHANGE))


def test_texts_are_trimmed_and_bounded_when_they_are_in_an_object_within():
    body = decoded({"labels": {"outage": " Down ", "partial": " ", "degraded": None}}, CHANGE)
    assert owner.provided_fields(body) == {
        "labels": {"outage": "Down", "partial": None, "degraded": None}
    }
    error = refused({"headlines": {"outage": "x" * 81}}, CHANGE)
    assert str(error) == (
        "The headline of a status (headlines.outage) must be text of at most 80 characters."
    )


def test_limit_counts_what_is_left_when_a_text_was_trimmed():
    assert decoded({"title": f"  {'x' * 200}  "}, INCIDENT).title == "x" * 200


def test_unknown_fields_are_ignored_when_a_monitor_sends_them():
    assert decoded({"title": "x", "source": {"any": [1]}, "more": None}, INCIDENT).title == "x"


def test_last_one_wins_when_a_key_is_repeated():
    assert decode_body(b'{"status":"outage","status":"degraded"}', STATUS).status == "degraded"


def test_references_are_trimmed_and_bounded_when_taken_over():
    reference = {"component": " api ", "status": "outage"}
    body = decoded({"title": "x", "components": [reference] * 500}, INCIDENT)
    assert {to_statuses.component for to_statuses in monitor.to_statuses(body.components)} == {
        "api"
    }
    body = decoded({"title": "x", "components": [reference] * 501}, INCIDENT)
    with pytest.raises(ApiError, match="at most 500") as caught:
        monitor.to_statuses(body.components)
    assert list(caught.value.fields) == ["components"]


def test_reference_is_required_when_it_is_blank():
    body = decoded({"title": "x", "components": [{"component": " ", "status": "outage"}]}, INCIDENT)
    with pytest.raises(ApiError, match="Name the component") as caught:
        monitor.to_statuses(body.components)
    assert list(caught.value.fields) == ["components[0].component"]


def test_sentence_is_ours_when_the_library_says_something_new():
    error = explain_error("Something odd - at `$.title`", INCIDENT)
    assert (str(error), list(error.fields)) == (
        "The title must be text of at most 200 characters.",
        ["title"],
    )
