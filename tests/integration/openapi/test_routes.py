"""Every route answers as it is described: well, and with every refusal that is said of it.

The table is the route table itself with its descriptions; what they don't tell is in
http_refusals.py.

Source: docs/behaviour.md, "Codes", "Owner's API" and "Bad input".
"""

import pytest

from tests.architecture.source import text_of
from tests.integration.openapi.http_answers import CALLS, conforms, hold, operation, shape
from tests.integration.openapi.http_refusals import ELSEWHERE, SPECIAL, cases
from tests.integration.openapi.http_stage import Stage
from tests.support.actors import Actors
from web.http.errors import ERROR_CODES
from web.openapi.describe import JSON
from web.openapi.operations import API, responders
from web.routes import ROUTES

NOT_OF_THE_API = {
    "/",
    "/api/openapi.json",
    "/docs",
    "/docs/reader.json",
    "/docs/search.json",
    "/docs/{chapter}",
    "/llms.txt",
    "/logo/{name}",
    "/s/{token}",
    "/subscribe",
    "/static/{build}/{name}",
}  # documents: they have tests of their own
REFUSED = [(call, case) for call in CALLS for case in cases(call)]
EXAMPLES = [(call, example) for call in CALLS for example in call.operation.examples]


@pytest.fixture(scope="module")
def shared(system):
    """A stage that refusals share: they leave it as it is."""
    with Actors(system) as actors:
        yield Stage(actors)


def test_route_is_described_when_it_is_in_the_route_table():
    nameless = [
        f"{method} {route.path}" for route, method, operation in responders(ROUTES) if not operation
    ]
    assert not nameless, f"Decorate these responders with @describes(…): {nameless}"
    others = {route.path for route in ROUTES if not route.path.startswith(API)}
    assert {path for path in others if not path.startswith("/dashboard")} == NOT_OF_THE_API


def test_refusal_has_a_case_when_it_is_described():
    for call in CALLS:
        met = {case.code for case in cases(call)} | set(ELSEWHERE)
        missing = set(call.codes) - met
        missing |= {
            code
            for code in call.operation.refusals
            if (call.operation.name, code) not in SPECIAL and code not in ELSEWHERE
        }
        assert not missing, f"{call.operation.name}: give {missing} a row in http_refusals.SPECIAL"


def test_row_is_of_a_described_refusal_when_it_is_in_the_table():
    described = {(call.operation.name, code) for call in CALLS for code in call.operation.refusals}
    assert set(SPECIAL) <= described
    for code, path in ELSEWHERE.items():
        assert code in text_of(path), f"{path} does not meet {code} any more"


@pytest.mark.parametrize(
    ("call", "example"), EXAMPLES, ids=[f"{c.operation.name}: {e.name}" for c, e in EXAMPLES]
)
def test_answer_is_as_described_when_an_example_is_sent(actors, call, example):
    # given what the example names
    stage = Stage(actors)
    stage.furnish(call)
    # when it is sent as it stands
    answer = stage.send(call, example)
    # then the answer is the one that is published, but for what is new at every call
    told = hold(call, answer)
    assert answer.status_code == call.operation.status, answer.text
    assert ("location" in answer.headers) == call.has_receipt
    if call.operation.media == JSON:
        words = call.method != "get"
        assert shape(told["data"], words=words) == shape(example.data, words=words)
    else:
        assert told.startswith(example.data)
    # and what is published is what is described
    published = operation(call)["responses"][str(call.operation.status)]["content"][
        call.operation.media
    ]
    conforms(published["schema"], published["examples"][example.name]["value"])


@pytest.mark.parametrize(
    ("call", "case"), REFUSED, ids=[f"{c.operation.name}: {k.code}, {k.name}" for c, k in REFUSED]
)
def test_refusal_is_as_described_when_a_call_is_wrong(actors, shared, call, case):
    # given the call's stage
    stage = Stage(actors) if case.is_apart else shared
    # when the call is made wrongly
    answer = case.ask(stage, call)
    # then it is refused as described
    told = hold(call, answer)
    assert (answer.status_code, told["code"]) == (ERROR_CODES[case.code].status, case.code), told
    more = {"data"} if case.code == "CONFLICT" else set()
    assert set(told) <= {"ok", "error", "code", "fields", *more}
    assert told["error"].endswith((".", "…"))
