"""How every refusal that is described is met: by what follows from a call's kind, or by a row.

A code that is special to an operation (`refusals=` of its description) needs a row in `SPECIAL`.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx

from domain.page.commands import AddTemplate, OpenIncident, SuspendPage
from domain.page.limits import TEMPLATES, UNRESOLVED
from domain.runtime.new_ids import new_id
from ops.cli.writes import write, write_all
from tests.integration.openapi.http_stage import UNKNOWN, Stage
from tests.support.actors import PASSWORD
from tests.support.faults.breaking import Behind
from tests.support.inside import inside
from tests.support.statements import sql
from tests.support.subscriptions import add_delivery
from web.openapi.describe import Audience
from web.openapi.operations import PART, Call

Ask = Callable[[Stage, Call], httpx.Response]

# Codes that no request meets while all is well, and the test that meets them.
ELSEWHERE = {
    "FAILED": "tests/system/rules/test_poison.py",
    "UNAVAILABLE": "tests/system/rules/test_postgres.py",
    "RATE_LIMITED": "tests/integration/http/test_request_limits.py",
    "TEXT_LIMIT": "tests/integration/writes/test_text_limit.py",
    "TOO_SLOW": "tests/integration/http/test_slow_requests.py",
    "UNKNOWN": "tests/system/rules/test_postgres.py",
}


class Case(NamedTuple):
    """One way to be refused; `is_apart` wants a stage of its own, for it writes before."""

    code: str
    name: str
    ask: Ask
    is_apart: bool = False


def sent(**other: Any) -> Ask:
    return lambda stage, call: stage.send(call, **other)


def headers(**named: str | None) -> Ask:
    return sent(headers={name.replace("_", "-"): value for name, value in named.items()})


def general(call: Call) -> Iterator[Case]:
    """What follows from who may ask, from the path, the body and the log."""
    yield from of_who(call)
    yield from of_path(call)
    if call.operation.body:
        yield from of_body(call)
    for parameters in call.operation.parameters:
        if parameters.location == "query":
            yield Case("VALIDATION", parameters.name, sent(query={parameters.name: 0}))
    if call.is_logged:
        yield Case("VALIDATION", "Idempotency-Key", headers(Idempotency_Key="k" * 256))
        if call.operation.body:
            yield Case("CONFLICT", "Idempotency-Key", with_another_body, is_apart=True)


def of_who(call: Call) -> Iterator[Case]:
    if call.operation.who in {Audience.MONITOR, Audience.EITHER}:
        yield Case("NO_KEY", "no secret", headers(Authorization="Bearer"))
        yield Case("BAD_KEY", "unknown", headers(Authorization="Bearer hyd_status_nobody"))
        yield Case("KEY_DISABLED", "disabled", with_disabled_key)
        yield Case("PAGE_SUSPENDED", "suspended", with_suspended_page, is_apart=True)
    if call.operation.who in {Audience.OWNER, Audience.EITHER}:
        yield Case("NO_SESSION", "no cookie", headers(Cookie=None))
        yield Case("NO_SESSION", "unknown", headers(Cookie="hepstatus_session=x"))
    if "BAD_ORIGIN" in call.codes:
        yield Case("BAD_ORIGIN", "another site", headers(Origin="https://evil.example"))


def of_path(call: Call) -> Iterator[Case]:
    for part in PART.findall(call.path):
        yield Case("NOT_FOUND", f"unknown {part}", with_unknown(part))
        yield Case("NOT_FOUND", f"another's {part}", with_anothers(part))
    if "{" in call.path:
        yield Case("VALIDATION", "NUL in the path", with_nul)


def of_body(call: Call) -> Iterator[Case]:
    yield Case("VALIDATION", "no JSON", sent(content=b"{"))
    yield Case(
        "TOO_LARGE", "one byte more", sent(content=b" " * (call.operation.body_kib * 1024 + 1))
    )
    yield Case("UNSUPPORTED_MEDIA_TYPE", "a form", headers(Content_Type="text/plain"))
    if call.operation.who is not Audience.MONITOR:
        yield Case("VALIDATION", "unknown field", with_unknown_field)


def with_disabled_key(stage: Stage, call: Call) -> httpx.Response:
    return stage.send(call, headers={"Authorization": f"Bearer {stage.disabled_key}"})


def with_suspended_page(stage: Stage, call: Call) -> httpx.Response:
    path = stage.path(call)
    key = {"Authorization": stage.monitor.http.headers["Authorization"]}
    with inside(stage.actors.system):
        write(stage.page.id, SuspendPage())
    return stage.send(call, path=path, headers=key)


def with_unknown(part: str) -> Ask:
    def ask(stage: Stage, call: Call) -> httpx.Response:
        prefix = call.parts[part].example[0]
        return stage.send(call, path=stage.path(call, **{part: prefix + UNKNOWN}))

    return ask


def with_anothers(part: str) -> Ask:
    def ask(stage: Stage, call: Call) -> httpx.Response:
        example = call.parts[part].example
        theirs = stage.other.leaf if example == "API" else stage.other.real(example)
        return stage.send(call, path=stage.path(call, **{part: theirs}))

    return ask


def with_nul(stage: Stage, call: Call) -> httpx.Response:
    last = PART.findall(call.path)[-1]
    return stage.send(call, path=stage.path(call, **{last: "%00"}))


def with_unknown_field(stage: Stage, call: Call) -> httpx.Response:
    body = stage.body(call, call.operation.examples[0]) | {"colour": "red"}
    answer = stage.send(call, content=json.dumps(body).encode())
    assert "colour" in answer.json()["fields"], answer.text
    return answer


def with_another_body(stage: Stage, call: Call) -> httpx.Response:
    stage.furnish(call)
    once = {"Idempotency-Key": "once"}
    body = json.dumps(stage.body(call, call.operation.examples[0])).encode()
    first = stage.send(call, content=body, headers=once)
    assert first.is_success, first.text
    return stage.send(call, content=body + b" ", headers=once)


def taken_email(stage: Stage, call: Call) -> httpx.Response:
    body = {"email": stage.owner.email, "password": "another horse"}
    return stage.send(call, content=json.dumps(body).encode())


def wrong_password(stage: Stage, call: Call) -> httpx.Response:
    return taken_email(stage, call)


def guessed_password(stage: Stage, call: Call) -> httpx.Response:
    body = {"currentPassword": "a guess"}
    body |= {"password": "another horse"} if call.method == "patch" else {}
    return stage.send(call, content=json.dumps(body).encode())


def anothers_email(stage: Stage, call: Call) -> httpx.Response:
    body = {"currentPassword": PASSWORD, "email": stage.other.owner.email}
    return stage.send(call, content=json.dumps(body).encode())


def second_page(stage: Stage, call: Call) -> httpx.Response:
    assert stage.page.id
    return stage.send(call)


def taken_subdomain(stage: Stage, call: Call) -> httpx.Response:
    taken = stage.other.page.host.partition(".")[0]
    return stage.send(call, content=json.dumps({"name": "Acme", "subdomain": taken}).encode())


def sixth_leaf(stage: Stage, call: Call) -> httpx.Response:
    for number in range(5):
        stage.page.leaf(f"Leaf {number}")
    return stage.send(call)


def start_of_started(stage: Stage, call: Call) -> httpx.Response:
    window = {"scheduledStart": "2098-01-01T00:00:00Z", "scheduledEnd": "2098-01-01T01:00:00Z"}
    planned = {"kind": "maintenance", "title": "New disks", **window}
    made = stage.owner.post(f"{stage.page.path}/incidents", planned).json()["data"]["id"]
    stage.owner.patch(f"{stage.page.path}/incidents/{made}", {"state": "in_progress"})
    later = json.dumps({"scheduledStart": "2097-01-01T00:00:00Z"}).encode()
    return stage.send(call, path=stage.path(call, iid=made), content=later)


def two_hundred_and_first(stage: Stage, call: Call) -> httpx.Response:
    page_id, now = stage.page.id, datetime.now(UTC)
    with inside(stage.actors.system):
        write_all(page_id, ((now, AddTemplate(new_id("t"), "x")) for _ in range(TEMPLATES)))
    return stage.send(call)


def five_hundred_and_first(stage: Stage, call: Call) -> httpx.Response:
    fill(stage)
    return stage.send(call)


def one_opened_again(stage: Stage, call: Call) -> httpx.Response:
    path = f"{stage.page.path}/incidents/{stage.incident}/updates"
    assert stage.owner.post(path, {"state": "resolved"}).is_success
    fill(stage)
    return stage.send(call, content=b'{"state": "monitoring"}')


def fill(stage: Stage) -> None:
    """Open as many incidents as a page may have."""
    page_id, now = stage.page.id, datetime.now(UTC)
    opened = ((now, OpenIncident(new_id("i"), new_id("u"), "Trouble")) for _ in range(UNRESOLVED))
    with inside(stage.actors.system):
        write_all(page_id, opened)


def own_subdomain(stage: Stage, call: Call) -> httpx.Response:
    return stage.send(call, content=json.dumps({"host": stage.page.host}).encode())


def pending_mount(stage: Stage, call: Call) -> httpx.Response:
    body = {"host": "status.acme.com"}
    made = stage.owner.post(f"{stage.page.path}/mount", body).json()["data"]["id"]
    return stage.send(call, path=stage.path(call, mid=made))


def unverified(**other: Any) -> Ask:
    """Let an owner whose address is not confirmed make the call."""

    def ask(stage: Stage, call: Call) -> httpx.Response:
        assert stage.page.id
        unset = "UPDATE accounts SET is_verified = false WHERE id = :id"
        Behind(stage.actors.system).sql(unset, id=stage.owner.id)
        return stage.send(call, **other)

    return ask


def removed_before(stage: Stage, call: Call) -> httpx.Response:
    assert stage.owner.delete(f"{stage.page.path}/subscribers/{stage.subscriber}").is_success
    return stage.send(call)


def bounced_before(stage: Stage, call: Call) -> httpx.Response:
    assert stage.prime
    assert stage.send(call).is_success
    with inside(stage.actors.system):
        sql(
            "UPDATE subscribers SET quarantined_at = now() WHERE page_id = :id RETURNING id",
            id=stage.page.id,
        )
    return stage.send(call)


def sent_delivery(stage: Stage, call: Call) -> httpx.Response:
    with inside(stage.actors.system):
        sent_id = add_delivery(stage.page.id, stage.incident, stage.subscriber, "sent")
    return stage.send(call, path=stage.path(call, did=sent_id))


SPECIAL: dict[tuple[str, str], Ask] = {
    ("signUp", "CONFLICT"): taken_email,
    ("logIn", "BAD_LOGIN"): wrong_password,
    ("logOut", "BAD_ORIGIN"): headers(Origin="https://evil.example"),
    ("changeAccount", "BAD_LOGIN"): guessed_password,
    ("changeAccount", "CONFLICT"): anothers_email,
    ("deleteAccount", "BAD_LOGIN"): guessed_password,
    ("trade", "INSUFFICIENT_TOKENS"): sent(),
    ("trade", "NOT_FOUND"): sent(content=b'{"slot": "s_nobody"}'),
    ("createPage", "NO_FREE_SLOT"): second_page,
    ("resetPassword", "NOT_FOUND"): sent(content=b'{"token": "x", "password": "another horse"}'),
    ("createPage", "EMAIL_UNVERIFIED"): unverified(),
    ("changePage", "EMAIL_UNVERIFIED"): unverified(),
    ("mountHost", "EMAIL_UNVERIFIED"): unverified(),
    ("createPage", "CONFLICT"): taken_subdomain,
    ("changePage", "CONFLICT"): headers(If_Match='"another"'),
    ("postUpdate", "CONFLICT"): headers(If_Match='"another"'),
    ("addComponent", "COMPONENT_LIMIT"): sixth_leaf,
    ("changeIncident", "CONFLICT"): start_of_started,
    ("addTemplate", "CONFLICT"): two_hundred_and_first,
    ("previewIncident", "CONFLICT"): five_hundred_and_first,
    ("previewUpdate", "CONFLICT"): one_opened_again,
    ("addSubscriber", "CONFLICT"): removed_before,
    ("importSubscribers", "CONFLICT"): bounced_before,
    ("resendDelivery", "CONFLICT"): sent_delivery,
    ("mountHost", "CONFLICT"): own_subdomain,
    ("changeMount", "CONFLICT"): pending_mount,
}


def cases(call: Call) -> Iterator[Case]:
    """Every refusal of a call that can be met on a whole system."""
    yield from general(call)
    for code in call.operation.refusals:
        if (call.operation.name, code) in SPECIAL:
            yield Case(code, "special", SPECIAL[call.operation.name, code], is_apart=True)
