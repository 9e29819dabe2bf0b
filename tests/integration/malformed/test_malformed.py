"""Whatever is sent: a 4xx with a sentence, never a 500, and nothing changed.

Source: docs/behaviour.md, "Request bodies" and "Bad input".
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, create_engine, text

from domain.store.postgres.engine import driver_url
from tests.integration.http import wire
from tests.integration.malformed.table import ROWS, Row
from tests.support.actors import PASSWORD, Actors, Owner, Page, Visitor
from tests.support.stack import System


class Sight(NamedTuple):
    """What visitors see, and how far the log goes."""

    shown: list[bytes]
    heads: dict[str, int]


class Cast(NamedTuple):
    """Ada and Bo with a page each, what rows may name of them, and the means to look at it."""

    system: System
    engine: Engine
    ada: Owner
    names: dict[str, str]
    visitors: tuple[Visitor, ...]
    streams: tuple[str, ...]
    sights: list[Sight]

    def filled(self, given: str) -> str:
        for name, value in self.names.items():
            given = given.replace(f"<{name}>", value)
        return given

    def shown(self) -> list[bytes]:
        """What visitors see of both pages, fingerprints included."""
        paths = ("/status.json", "/status-version.json")
        return [vi.get(path).content for vi in self.visitors for path in paths]

    def before(self) -> Sight:
        """What there was before a row: what the row before it left, and nothing since."""
        return self.sights[-1] if self.sights else self.look()

    def look(self) -> Sight:
        """What there is now."""
        self.sights[:] = [Sight(self.shown(), self.heads())]
        return self.sights[-1]

    def told(self) -> list[bytes]:
        """What Ada is told of her page, hidden things included."""
        path = f"/api/v1/status/{self.names['page']}"
        ways = ("", "/components", "/keys", "/incidents?limit=100")
        return [self.ada.get(path + way).content for way in ways]

    def heads(self) -> dict[str, int]:
        """The log's head of every stream that somebody here could write to."""
        query = text("SELECT id, head_seq FROM streams WHERE id = ANY(:ids)")
        with self.engine.connect() as conn:
            return {row.id: row.head_seq for row in conn.execute(query, {"ids": [*self.streams]})}


@pytest.fixture(scope="module")
def cast(system) -> Iterator[Cast]:
    engine = create_engine(driver_url(system.urls.database_url))
    with Actors(system) as actors:
        ada, bo = actors.owner("ada"), actors.owner("bo")
        pages = ada.page(), bo.page()
        names = names_of(actors, *pages)
        visitors = tuple(actors.visitor(page) for page in pages)
        streams = (ada.id, bo.id, pages[0].id, pages[1].id)
        yield Cast(system, engine, ada, names, visitors, streams, [])
    engine.dispose()


def names_of(actors: Actors, page: Page, of_bo: Page) -> dict[str, str]:
    mon, bos = actors.monitor(page), actors.monitor(of_bo)
    return {
        "page": page.id,
        "host": page.host,
        "account": page.owner.id,
        "email": page.owner.email,
        "cookie": page.owner.http.headers["Cookie"],
        "old_cookie": ended_session(page),
        "leaf": page.leaf("API"),
        "category": page.leaf("Backend", kind="category"),
        "incident": mon.done(mon.open())["id"],
        "key": mon.http.headers["Authorization"].removeprefix("Bearer "),
        "key_id": page.key()["id"],
        "bo_page": of_bo.id,
        "bo_leaf": of_bo.leaf("Bo's API"),
        "bo_category": of_bo.leaf("Bo's", kind="category"),
        "bo_incident": bos.done(bos.open())["id"],
    } | dead_keys(page)


def ended_session(page: Page) -> str:
    """A cookie that was good until its owner logged out."""
    login = {"email": page.owner.email, "password": PASSWORD}
    # Without her cookie: a login ends the session that it comes with.
    answer = page.owner.post("/api/v1/auth/login", login, headers={"Cookie": ""})
    cookie = answer.headers["set-cookie"].partition(";")[0]
    page.owner.post("/api/v1/auth/logout", headers={"Cookie": cookie})
    return cookie


def dead_keys(page: Page) -> dict[str, str]:
    deleted, disabled, rotated = page.key(), page.key(), page.key()
    page.owner.delete(f"{page.path}/keys/{deleted['id']}")
    page.owner.patch(f"{page.path}/keys/{disabled['id']}", {"disabled": True})
    page.owner.post(f"{page.path}/keys/{rotated['id']}/rotate")
    return {
        "deleted_key": deleted["key"],
        "disabled_key": disabled["key"],
        "rotated_key": rotated["key"],
    }


def ask(cast: Cast, row: Row) -> tuple[int, bytes]:
    """Send a row with what everybody sends, unless the row has it otherwise."""
    body = cast.filled(row.body.decode("latin-1")).encode("latin-1")
    given = {name.lower() for name, _ in row.headers}
    headers = [*row.headers, ("Connection", "close")]
    if row.who == "Mon":
        headers.append(("Authorization", "Bearer <key>"))
    if row.who == "Ada":
        headers.append(("Cookie", "<cookie>"))
    if "host" not in given:
        headers.append(("Host", "localhost"))
    if "content-type" not in given and body:
        headers.append(("Content-Type", "application/json"))
    if row.is_chunked:
        headers.append(("Transfer-Encoding", "chunked"))
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    elif "content-length" not in given:
        headers.append(("Content-Length", str(len(body))))
    named = [(name, cast.filled(value)) for name, value in headers]
    return wire.send(cast.system, row.method, cast.filled(row.path), named, body)


def refusal(row: Row, content: bytes) -> dict[str, Any]:
    """The envelope, which says no more than it should."""
    told = json.loads(content)
    assert told["ok"] is False
    assert set(told) <= {"ok", "error", "code", "fields"}
    assert told["error"].endswith((".", "…")), told
    return told


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_nothing_changes_and_a_sentence_says_why_when_a_request_is_malformed(row, cast):
    # given what visitors see and how far the log goes
    before = cast.before()
    seen = cast.told() if row.logged else []
    # when somebody sends it
    status, content = ask(cast, row)
    # then it is refused as the table says
    assert status == row.status, content
    if row.code is not None:
        told = refusal(row, content)
        assert told["code"] == row.code, told
        assert row.field is None or list(told["fields"]) == [row.field], told
        assert row.field is None or row.field in told["error"], told
    # and nothing has changed, but for the refusal that the log remembers
    after = cast.look()
    assert after.shown == before.shown
    assert seen == (cast.told() if row.logged else [])
    assert sum(after.heads.values()) - sum(before.heads.values()) == row.logged
