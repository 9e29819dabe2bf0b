"""Refusals leave nothing behind: as much is live after 2,000 more of one as was before.

They are asked of the application in this process, whose objects can be counted.
"""

import asyncio
import gc
import json
import logging
import sys
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from unittest import mock

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from domain.account.commands import BuySlot
from domain.page.commands import ChangeKey, CreateKey, SuspendPage
from domain.runtime.new_ids import new_api_key, new_id, new_session_token, secret_hash
from domain.runtime.settings import load_settings
from domain.store.postgres import sessions
from domain.store.postgres.command_log import Idempotency
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.sessions import NewSession
from tests.support.drained_page import DrainedPage, append_as, drain_all
from web.api.accounts import passwords
from web.http import bodies as media
from web.http.errors import ERROR_CODES
from web.process import Process
from web.routes import create_app

pytestmark = pytest.mark.usefixtures("store")

TIMES = 2_000
# Those that ask Postgres take ten times as long, and are raised in the same functions.
TIMES_WITH_A_TRIP = 400
WITH_A_TRIP = {"BAD_KEY", "KEY_DISABLED", "PAGE_SUSPENDED", "BAD_LOGIN", "CONFLICT"}
WITH_A_TRIP |= {"INSUFFICIENT_TOKENS", "EMAIL_UNVERIFIED"}
# What needs a worker is a stored outcome like INSUFFICIENT_TOKENS; the rest needs a fault.
ELSEWHERE = {"NO_FREE_SLOT", "COMPONENT_LIMIT", "TEXT_LIMIT", "FAILED", "UNAVAILABLE", "UNKNOWN"}
ELSEWHERE |= {"RATE_LIMITED"}
WARM_UP = 50  # what is made once, such as prepared statements
AT_ONCE = 8  # whoever waits for Postgres
LEFT_EACH = 10  # blocks of memory; a chained traceback with its frames is many dozens
LOGIN, TRADE = "/api/v1/auth/login", "/api/v1/status/purchases/trade"
TOGGLE = "/api/v1/status-api/components/API/status"
WRONG = json.dumps({"email": "nobody@example.com", "password": "wrong horse"}).encode()
DOWN = b'{"status": "outage"}'
PAGES, SECOND = "/api/v1/status", b'{"name": "Second", "subdomain": "second-of-two"}'


class Stage:
    """A page whose keys, session and log are such that each code can be met."""

    def __init__(self):
        self.page, suspended = DrainedPage("API"), DrainedPage("API")
        self.key, self.disabled = key_of(self.page), key_of(self.page, is_disabled=True)
        self.suspended = key_of(suspended)
        suspended.append(SuspendPage())
        suspended.drain()
        self.session = session_of(self.page)
        self.unverified = session_of(suspended, is_verified=False)
        self.refused_once()

    def refused_once(self):
        """Have a trade refused, so that its repeats are."""
        owner, once = (
            self.page.account_id,
            Idempotency(f"POST {TRADE}", "once", sha256(b"{}").digest()),
        )
        append_as("owner", owner, owner, BuySlot(new_id("s")), idempotency=once)
        drain_all(owner)

    def request(self, code):
        """A method, a path, a body and headers that are refused with a code."""
        once = {"Idempotency-Key": "once"}
        return {
            "NO_KEY": ("POST", TOGGLE, DOWN, {}),
            "BAD_KEY": ("POST", TOGGLE, b"x" * 10_000, {"Authorization": "Bearer x"}),
            "KEY_DISABLED": ("POST", TOGGLE, DOWN, self.disabled),
            "PAGE_SUSPENDED": ("POST", TOGGLE, DOWN, self.suspended),
            "NO_SESSION": ("GET", "/api/v1/auth/me", b"", {}),
            "BAD_ORIGIN": ("POST", TRADE, b"{}", {"Origin": "https://evil.example"} | self.session),
            "EMAIL_UNVERIFIED": ("POST", PAGES, SECOND, self.unverified),
            "BAD_LOGIN": ("POST", LOGIN, WRONG, {}),
            "VALIDATION": ("POST", LOGIN, b"[", {}),
            "NOT_FOUND": ("GET", "/api/v1/nothing", b"", {}),
            "METHOD_NOT_ALLOWED": ("PUT", LOGIN, b"{}", {}),
            "TOO_SLOW": ("POST", LOGIN, None, {}),
            "CONFLICT": ("POST", TRADE, b"{} ", once | self.session),
            "INSUFFICIENT_TOKENS": ("POST", TRADE, b"{}", once | self.session),
            "TOO_LARGE": ("POST", LOGIN, b" " * (media.LIMIT_BYTES + 1), {}),
            "UNSUPPORTED_MEDIA_TYPE": ("POST", LOGIN, WRONG, {"Content-Type": "text/plain"}),
        }[code]


def session_of(page, *, is_verified=True):
    token = new_session_token()
    new = NewSession(new_id("n"), page.account_id, secret_hash(token), "hash", None)
    state = {"id": page.account_id, "is_verified": is_verified}
    with sync_engine().begin() as conn:
        assert sessions.open_session(conn, new)
        conn.execute(text("UPDATE accounts SET is_verified = :is_verified WHERE id = :id"), state)
    return {"Cookie": f"hepstatus_session={token}"}


def key_of(page, *, is_disabled=False):
    secret, key_id = new_api_key(), new_id("k")
    page.append(CreateKey(key_id, "monitor", secret_hash(secret)))
    if is_disabled:
        page.append(ChangeKey(key_id, disabled=True))
    page.drain()
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture(scope="module")
def stage(store):
    return Stage()


@contextmanager
def as_it_takes(code):
    """Let happen what a code tells of; hashing takes next to nothing, lines are not kept."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    logging.disable(logging.CRITICAL)
    gc.freeze()  # nothing that the suite holds is looked through again and again
    try:
        with mock.patch.object(passwords, "_hasher", return_value=quick):
            if code == "TOO_SLOW":
                with mock.patch.object(media, "BODY_S", 0):
                    yield
            else:
                yield
    finally:
        gc.unfreeze()
        logging.disable(logging.NOTSET)


async def answered(app, method, path, body, headers):
    """Ask the application; the code of its refusal. A body that is None never ends."""
    given = {"Host": "localhost", "Content-Type": "application/json"} | headers
    scope = {
        "type": "http",
        "http_version": "1.1",
        "asgi": {"version": "3.0"},
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(n.lower().encode(), v.encode()) for n, v in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
    }
    said = bytearray()
    events = [{"type": "http.request", "body": body or b"", "more_body": body is None}]

    async def receive():
        if not events:
            await asyncio.Event().wait()
        return events.pop()

    async def send(event):
        said.extend(event.get("body", b""))

    await app(scope, receive, send)
    return json.loads(said)["code"]


async def codes_of(app, request, times):
    """The codes of as many answers, some at a time; between them the loop forgets old timers."""

    async def some():
        found = set()
        for _ in range(times // AT_ONCE):
            found.add(await answered(app, *request))
            await asyncio.sleep(0)
        return found

    return set().union(*await asyncio.gather(*(some() for _ in range(AT_ONCE))))


def live_blocks():
    gc.collect()
    return sys.getallocatedblocks()


async def left_by(code, request, times):
    """Blocks that are live after many refusals, and were not before."""
    process = Process(replace(load_settings(), rate_limits=False))
    try:
        app = create_app(process.parts)
        assert await codes_of(app, request, WARM_UP) == {code}
        before = live_blocks()
        assert await codes_of(app, request, times) == {code}
        return live_blocks() - before
    finally:
        await process.stop()


@pytest.mark.parametrize("code", sorted(set(ERROR_CODES) - ELSEWHERE))
def test_nothing_is_left_when_a_refusal_was_given_again_and_again(stage, code):
    times = TIMES_WITH_A_TRIP if code in WITH_A_TRIP else TIMES
    with as_it_takes(code):
        left = asyncio.run(left_by(code, stage.request(code), times))
    assert left < LEFT_EACH * times
