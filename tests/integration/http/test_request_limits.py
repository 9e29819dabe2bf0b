"""The API is limited per key, account and address; what is refused leaves nothing behind.

What a limit counts before its last requests is put into Redis, as other processes would have.
"""

import itertools
import socket
import time
from http.client import parse_headers
from typing import BinaryIO

import httpx
import pytest
import redis

from domain.runtime.new_ids import secret_hash
from domain.store.redis.rate_limits import rules as limits
from domain.store.redis.rate_limits.request_counts import Window, key_of
from ops.local import processes
from tests.support.actors import Actors, Caller
from tests.support.stack import System, wait_until

ADDRESSES = (f"203.0.113.{number}" for number in itertools.count(1))
# A process looks at what others counted once it has counted a twentieth of a limit itself, and
# begins anew with the next window.
TRIES = 10_000
AT_ONCE = 50
EDGE_S = 5


@pytest.fixture(scope="module")
def limited(tmp_path_factory, stack_template):
    """The whole product with limits."""
    folder = tmp_path_factory.mktemp("paced")
    with System(folder, template=stack_template, env={"RATE_LIMITS": "on"}) as system:
        yield system.start_all()


@pytest.fixture
def cast(limited):
    with Actors(limited) as actors:
        yield actors


@pytest.fixture
def address():
    """An address of this test's own, told by a trusted proxy."""
    return {"X-Forwarded-For": next(ADDRESSES)}


def spend(system: System, limit: limits.Limit, part: str) -> None:
    """Use a limit up, in this window and those that a slow test might reach."""
    ends_at = (int(time.time()) // limit.window_s + 1) * limit.window_s
    with redis.Redis.from_url(system.urls.redis_url) as server:
        for later in range(4):
            window = Window(limit, ends_at + later * limit.window_s)
            server.set(key_of((limit.name, part), window), limit.amount, ex=300)


def until_refused(caller: Caller, method: str, path: str, **more) -> httpx.Response:
    """Ask for what changes nothing until it is too often; return that answer.

    It is never the answer of a window that ends before the test has looked at what follows.
    """
    request = caller.http.build_request(method, path, **more)
    with socket.create_connection((processes.LOOPBACK, caller.web.port), timeout=15) as connection:
        stream = connection.makefile("rb")
        for _ in range(TRIES // AT_ONCE):
            answers = ask(connection, stream, request, AT_ONCE)
            refused = next((answer for answer in answers if answer.status_code == 429), None)
            if refused is not None and int(refused.headers["retry-after"]) > EDGE_S:
                return refused
            if refused is not None:
                wait_until(
                    lambda: ask(connection, stream, request, 1)[0].status_code != 429,
                    "the window ends",
                )
    raise AssertionError("nothing was too often")


def ask(connection: socket.socket, stream: BinaryIO, request: httpx.Request, times: int):
    """Send a request so many times, one behind the other; return the answers."""
    lines = [f"{request.method} {request.url.raw_path.decode()} HTTP/1.1".encode()]
    lines += [name + b": " + value for name, value in request.headers.raw]
    connection.sendall(b"\r\n".join([*lines, b"", request.content]) * times)
    answers = [read(stream) for _ in range(times)]
    assert {answer.status_code for answer in answers} <= {400, 404, 200, 429}, answers
    return answers


def read(stream: BinaryIO) -> httpx.Response:
    """The next answer of a connection."""
    status = int(stream.readline().split()[1])
    headers = parse_headers(stream)
    content = stream.read(int(headers["content-length"]))
    return httpx.Response(status, headers=headers.items(), content=content)


def is_told(answer, limit, what) -> None:
    """Whether a refusal says what, and when to try again."""
    said = answer.json()
    assert (answer.status_code, said["code"]) == (429, "RATE_LIMITED")
    assert 0 < int(answer.headers["retry-after"]) <= limit.window_s
    assert f"Too many {what}: at most {limit.amount:,} in {limit.window_s} seconds" in said["error"]
    assert "location" not in answer.headers


def test_writes_of_a_key_are_refused_when_there_are_too_many(limited, cast, address):
    # given a key that others use up, and another page's
    page, other = cast.page("API"), cast.page("API")
    mon, monty = cast.monitor(page), cast.monitor(other)
    secret = mon.http.headers["Authorization"].removeprefix("Bearer ")
    spend(limited, limits.KEY_WRITES, secret_hash(secret))
    # when it writes too often
    path = "/api/v1/status-api/incidents"
    is_told(
        until_refused(mon, "POST", path, content=b"{", headers=address),
        limits.KEY_WRITES, "writes with this key",
    )  # fmt: skip
    # then nothing is appended
    refused = mon.toggle("API", "outage", headers=address)
    is_told(refused, limits.KEY_WRITES, "writes with this key")
    assert cast.visitor(page).statuses() == {"API": "operational"}
    # while it can read, its owner can write, and so can other pages
    assert mon.get("/api/v1/status-api/status").status_code == 200
    assert page.owner.patch(page.path, {"name": "Acme 2"}).status_code == 200
    assert monty.toggle("API", "outage").status_code == 200


def test_reads_of_a_key_are_refused_when_there_are_too_many(limited, cast, address):
    mon = cast.monitor(cast.page("API"))
    secret = mon.http.headers["Authorization"].removeprefix("Bearer ")
    spend(limited, limits.KEY_READS, secret_hash(secret))
    answer = until_refused(mon, "GET", "/api/v1/status-api/status", headers=address)
    is_told(answer, limits.KEY_READS, "reads with this key")
    assert mon.toggle("API", "outage").status_code == 200


def test_writes_of_an_account_are_refused_when_there_are_too_many(limited, cast, address):
    page = cast.page()
    ada = page.owner
    spend(limited, limits.ACCOUNT_WRITES, ada.id)
    answer = until_refused(ada, "PATCH", page.path, content=b"{", headers=address)
    is_told(answer, limits.ACCOUNT_WRITES, "writes for this account")
    assert ada.patch(page.path, {"name": "Other"}).status_code == 429
    assert ada.get(page.path).json()["data"]["name"] == "Acme"


def test_requests_of_an_address_are_refused_when_there_are_too_many(limited, cast, address):
    # given an address from which much is asked, by nobody in particular
    page = cast.page("API")
    spend(limited, limits.ADDRESS_REQUESTS, address["X-Forwarded-For"])
    caller = cast.caller(**address)
    answer = until_refused(caller, "GET", "/api/v1/nothing")
    is_told(answer, limits.ADDRESS_REQUESTS, "requests from this address")
    # then it is refused before anybody asks who it is
    assert caller.post("/api/v1/auth/login", {}).status_code == 429
    # while visitors there are served, and others are heard
    assert cast.caller(page.host, **address).get("/status.json").status_code == 200
    assert caller.get("/healthz").status_code == 200
    assert cast.caller(**{"X-Forwarded-For": next(ADDRESSES)}).get("/api/v1/nothing").is_error
    assert page.owner.get(page.path).status_code == 200
