"""How much the log takes of a write: references are cut, keys are digests.

Source: docs/behaviour.md, "Component references" and "Idempotency".
"""

from hashlib import sha256
from unicodedata import normalize
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, text

from domain.store.postgres.engine import driver_url

OPEN = "/api/v1/status-api/incidents"
LONG = "so long that nothing is called so, " * 1_000


@pytest.fixture
def sql(system):
    """Ask the database of the system."""
    engine = create_engine(driver_url(system.urls.database_url))

    def ask(statement, **values):
        with engine.begin() as conn:
            found = conn.execute(text(statement), values)
            return found.all() if found.returns_rows else []

    yield ask
    engine.dispose()


def newest(sql, page):
    query = "SELECT payload FROM commands WHERE stream_id = :id ORDER BY seq DESC LIMIT 1"
    return sql(query, id=page.id)[0].payload


@pytest.mark.parametrize("name", [LONG, "🔥" * 301, "é" * 601, "x" * 1201])
def test_a_reference_is_unknown_and_cut_when_it_has_more_than_1200_bytes(actors, sql, name):
    # Given a leaf that has the longest name there can be
    page = actors.page("🔥" * 100, "API")
    mon = actors.monitor(page)

    # When something longer is referred to, and another leaf
    given = [{"component": name, "status": "outage"}, {"component": "API", "status": "partial"}]
    answer = mon.open(components=given)

    # Then the good one is taken, the other is unknown, and 1,200 bytes of it are in the log
    assert answer.status_code == 201
    assert actors.visitor(page).statuses() == {"🔥" * 100: "operational", "API": "partial"}
    stored = newest(sql, page)["components"][0]["component"]
    assert len(stored.encode()) <= 1_200
    assert name.startswith(stored[:99])


@pytest.mark.parametrize("name", ["🔥" * 100, "\ud55c" * 100])
def test_a_name_is_known_when_it_is_as_long_as_can_be_and_sent_in_parts(actors, name):
    page = actors.page(name)
    mon = actors.monitor(page)
    in_parts = normalize("NFD", name)
    assert mon.toggle(quote(in_parts), "outage").status_code == 200
    assert list(actors.visitor(page).statuses().values()) == ["outage"]
    mon.done(mon.open(components=[{"component": in_parts, "status": "partial"}]))
    assert list(actors.visitor(page).statuses().values()) == ["partial"]


@pytest.mark.parametrize(
    "path", ["components/{}/status", "incidents/{}/updates"], ids=["component", "incident"]
)
def test_a_path_is_404_and_cut_when_its_reference_is_long(actors, sql, path):
    page = actors.page("API")
    body = {"status": "outage"} if "components" in path else {"state": "resolved"}
    answer = actors.monitor(page).post(f"/api/v1/status-api/{path.format('y' * 5_000)}", body)
    assert answer.status_code == 404
    query = "SELECT max(octet_length(payload::text)) AS most FROM commands WHERE stream_id = :id"
    assert sql(query, id=page.id)[0].most <= 600


def test_a_long_path_is_written_once_when_it_is_repeated_with_a_key(actors):
    # Given a path of 5,000 bytes, which no index takes
    page = actors.page("API")
    mon, key = actors.monitor(page), {"Idempotency-Key": "long"}
    path = f"{OPEN}/{'y' * 5_000}/updates"

    # When it is written with a key, and once more
    answers = [mon.post(path, {"state": "resolved"}, headers=key) for _ in range(2)]

    # Then it is refused for what it is, and both have one receipt
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    other = mon.post(path, {"state": "monitoring"}, headers=key)
    assert other.status_code == 409


def as_before(sql, receipt, scope, key, raw):
    """Put in place of a use of a key what the release before stored of it."""
    old = """INSERT INTO idempotency (stream_id, scope, key, body_hash, command_id, created_at)
        SELECT stream_id, :scope, :key, :body_hash, command_id, created_at FROM idempotency
        WHERE command_id = :id"""
    command_id = receipt.rpartition("/")[2]
    hashed = sha256(raw).digest()
    sql(old, scope=scope, key=key, body_hash=hashed, id=command_id)
    sql("DELETE FROM idempotency WHERE command_id = :id AND scope = ''", id=command_id)


def test_a_key_is_found_when_the_release_before_was_sent_it(actors, sql):
    # Given a write with a key, stored as the release before did
    page = actors.page("API")
    mon = actors.monitor(page)
    raw, key = b'{"title": "Trouble"}', "of-yesterday"
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    first = mon.http.post(OPEN, content=raw, headers=headers)
    as_before(sql, first.headers["location"], f"POST {OPEN}", key, raw)

    # When this release is sent it, by the monitor
    again = mon.http.post(OPEN, content=raw, headers=headers)
    other = mon.http.post(OPEN, content=b'{"title": "Other"}', headers=headers)

    # Then the first outcome is told, nothing is written, and another body is a conflict
    assert (again.status_code, again.json()) == (201, first.json())
    assert other.status_code == 409
    assert len(actors.visitor(page).json()["incidents"]) == 1

    # And after a day it is free
    sql(
        "UPDATE idempotency SET created_at = created_at - interval '25 hours' WHERE key = :key"
        " AND stream_id = :id",
        key=key,
        id=page.id,
    )
    assert mon.http.post(OPEN, content=raw, headers=headers).json() != first.json()
    assert len(actors.visitor(page).json()["incidents"]) == 2


def test_an_owners_key_is_found_when_the_release_before_was_sent_it(actors, sql):
    page = actors.page()
    raw, key, path = b'{"name": "API"}', "owner-of-yesterday", f"{page.path}/components"
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    first = page.owner.http.post(path, content=raw, headers=headers)
    as_before(sql, first.headers["location"], f"POST {path}", key, raw)
    again = page.owner.http.post(path, content=raw, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
