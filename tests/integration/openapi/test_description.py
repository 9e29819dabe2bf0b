"""The description of the API: valid, served, and the same wherever it is told.

Source: docs/behaviour.md, "Description of the API".
"""

import ast
import json

import pytest
from openapi_spec_validator import validate

from domain.results import Code
from tests.architecture.source import sources, text_of
from tests.integration.openapi.http_answers import CALLS, conforms, described, hold, operation
from tests.integration.openapi.http_stage import Stage
from web.http.errors import ERROR_CODES
from web.openapi.document import JSON, document
from web.openapi.markdown import BASE_URL, markdown
from web.routes import ROUTES

WITH_BODY = [call for call in CALLS if call.operation.body]
ADDRESSES = (
    "/api/openapi.json", "/docs", "/docs/incidents", "/docs/search.json", "/llms.txt",
)  # fmt: skip


def test_document_is_valid_when_the_validator_reads_it():
    validate(described())


def test_every_example_is_as_its_schema_says_when_it_is_published():
    for call in CALLS:
        if call.operation.body:
            content = operation(call)["requestBody"]["content"][JSON]
            for example in content["examples"].values():
                conforms(content["schema"], example["value"])


def test_names_are_unique_and_plain_when_clients_are_generated():
    names = [call.operation.name for call in CALLS]
    assert len(names) == len(set(names))
    assert all(name.isalnum() for name in described()["components"]["schemas"])
    assert {call.operation.tag for call in CALLS} <= {tag["name"] for tag in described()["tags"]}


def test_file_is_what_the_code_says_when_it_is_read():
    fresh = markdown(document(ROUTES, BASE_URL))
    assert text_of("docs/http-api.md") == fresh, "docs/http-api.md is stale: run `make api-docs`."


def test_document_is_served_when_a_program_asks(actors):
    answer = actors.caller().get("/api/openapi.json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == JSON
    served = answer.json()
    assert served["servers"] == [{"url": actors.system.env["BASE_URL"]}]
    assert served["paths"] == json.loads(json.dumps(described()["paths"]))


@pytest.mark.parametrize("path", ADDRESSES)
def test_description_is_sent_once_when_it_is_held(actors, path):
    caller = actors.caller()
    first = caller.get(path)
    assert first.headers["cache-control"] == "public, max-age=300"
    held = caller.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (held.status_code, held.content) == (304, b"")
    head = caller.http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("call", WITH_BODY, ids=[call.operation.name for call in WITH_BODY])
def test_every_documented_field_is_read_when_it_is_of_a_wrong_type(actors, call):
    # given a body that is good, for each type that the body may have
    stage = Stage(actors)
    for number, shape in enumerate(call.operation.bodies):
        body = stage.body(call, call.operation.examples[number])
        for field in described()["components"]["schemas"][shape.__name__]["properties"]:
            # when one field holds what no field can hold
            wrong = json.dumps(body | {field: {"wrong": 1}}).encode()
            told = hold(call, stage.send(call, content=wrong))
            # then that field is blamed, so what is documented is what is decoded
            named = told.get("fields", {})
            assert any(name.partition(".")[0] == field for name in named), told


def test_every_code_is_in_the_table_when_the_code_raises_it():
    # given every code that is raised, with its status, and those of rejected commands
    assert {*map(str, Code)} <= ERROR_CODES.keys()
    raised = {}
    for source in sources("web"):
        for node in ast.walk(source.tree):
            match node:
                case ast.Call(func=ast.Name("ApiError"), args=[status, code, *_]):
                    if isinstance(status, ast.Constant) and isinstance(code, ast.Constant):
                        raised[code.value] = status.value
    # then the table says the same
    assert {code: ERROR_CODES[code].status for code in raised} == raised
