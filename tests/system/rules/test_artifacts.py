"""Artifacts where no program runs: one that raises keeps its previous bytes.

Source: docs/architecture.md, "Artifacts are a function of state and day".
"""

import asyncio
import time
from types import SimpleNamespace

import pytest

from domain.account.commands import AddPage
from domain.artifacts import BADGE
from domain.page.commands import (
    EDITS,
    AddComponent,
    ChangePage,
    OpenIncident,
    PostUpdate,
    SetStatus,
)
from domain.runtime.new_ids import new_id
from domain.status import IncidentState, Status
from domain.store.postgres import accounts
from domain.store.postgres import command_log as log
from domain.store.postgres.engine import sync_engine
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from domain.store.redis.reader import PageReader
from tests.support.faults.breaking import Behind
from workers import on_demand as cold
from workers import page_stream
from workers.drain import drain_stream
from workers.render import eager as hot

pytestmark = pytest.mark.system


@pytest.fixture
def page_id(store):
    """A public page with a leaf, drained in this process."""
    account_id, page_id = new_id("a"), new_id("p")
    with sync_engine().begin() as conn:
        assert accounts.create_account(conn, account_id, f"{account_id}@example.com", "-")
    told(account_id, AddPage(page_id, "Acme", f"{page_id[2:]}.localhost"))
    told(page_id, ChangePage(is_public=True), AddComponent(new_id("c"), "API"))
    return page_id


def told(stream_id, *commands):
    """Append commands and drain them."""
    with sync_engine().begin() as conn:
        for command in commands:
            draft = log.Draft(new_id("r"), command, log.Authority("system", "test"), stream_id)
            assert log.append(conn, draft)
    drain_stream(stream_id)


def test_artifact_keeps_its_bytes_when_it_raises(store, page_id, monkeypatch, caplog):
    # given a page whose badge can't be made any more
    before = Behind(store).hash_of(page_id)

    def broken(_scene):
        raise ZeroDivisionError

    monkeypatch.setitem(hot.RENDERERS, BADGE.name, broken)
    # when its state changes
    told(page_id, SetStatus("api", Status.OUTAGE))
    # then the others are published, the badge stays, and the defect is reported
    after = Behind(store).hash_of(page_id)
    assert after["seq"] != before["seq"]
    assert b'"outage"' in after["status.json"]
    assert [after[name] for name in BADGE.fields] == [before[name] for name in BADGE.fields]
    assert f"badge.svg of page {page_id} can't be rendered" in caplog.text
    # and once it can be made again, the next publication has it
    monkeypatch.undo()
    told(page_id, SetStatus("api", Status.DEGRADED))
    assert Behind(store).hash_of(page_id)["badge.svg"] != before["badge.svg"]


def test_nothing_is_written_when_a_drain_finds_nothing_to_do(store, page_id, monkeypatch):
    # given a page that is published as it is
    monkeypatch.setattr(artifacts, "publish", lambda *_: pytest.fail("it was published again"))
    monkeypatch.setattr(page_stream, "load_page", lambda *_, **__: pytest.fail("it was loaded"))
    # then one ring more does nothing
    drain_stream(page_id)


def test_hash_is_written_when_a_drain_finds_it_missing(store, page_id):
    before = Behind(store).hash_of(page_id)
    artifacts.cache_redis().delete(f"hep:page:{page_id}")
    drain_stream(page_id)
    assert Behind(store).hash_of(page_id) == before


def test_drawing_is_left_to_who_asked_when_its_page_went_on_meanwhile(store, page_id, monkeypatch):
    # given a page that is published anew before a drawing of it can be stored
    before, store_it = artifacts.stored_edition(page_id), artifacts.publish_on_demand

    def overtaken(*drawing):
        told(page_id, SetStatus("api", Status.OUTAGE))
        return store_it(*drawing)

    monkeypatch.setattr(artifacts, "publish_on_demand", overtaken)
    # when somebody asks for it, then it is there, as of when it was asked for
    cold.render(page_id, "history")
    assert "history" not in Behind(store).hash_of(page_id)
    fields = asyncio.run(drawn(store, page_id, "history"))
    assert int(fields["seq"]) == before.seq < artifacts.stored_edition(page_id).seq
    assert b"<html" in fields["history"]


async def drawn(store, page_id, name):
    """What a web process reads of a drawing."""
    visits = PageReader(store.urls.redis_url, timeout_s=5)
    try:
        return await visits.on_demand_fields(page_id, name)
    finally:
        await visits.close()


def test_what_is_drawn_on_ask_is_bounded_when_everything_is_asked_for(store, page_id):
    # given a page, and drawings that take half of what its hash keeps of such
    behind, held = Behind(store), artifacts.stored_edition(page_id)
    hot = behind.hash_of(page_id)
    half = b"x" * (keys.ON_DEMAND_BYTES_MAX // 2)
    names = [f"incidents/{number}" for number in range(3)]
    # when a third one comes, then it takes the place of those before
    for name in names:
        assert artifacts.publish_on_demand(page_id, {name: half}, held)
    kept = behind.hash_of(page_id)
    assert [name for name in names if name in kept] == names[2:]
    # and what is drawn at every publication stays
    assert {name: kept[name] for name in hot} == hot
    # and at the next one all of them make room
    told(page_id, SetStatus("api", Status.OUTAGE))
    assert set(behind.hash_of(page_id)) == set(hot)
    # and what stays beside the hash has a limit of its own
    late = store_bytes(keys.late_key(page_id, "*"))
    assert late <= keys.LATE_BYTES_MAX + 10_000


def store_bytes(pattern):
    """What hashes of these keys hold together."""
    redis = artifacts.cache_redis()
    return sum(len(v) for key in redis.scan_iter(pattern) for v in redis.hgetall(key).values())


# What was requested lately


V2 = "api/v2/summary.json"


@pytest.fixture
def refreshes(monkeypatch):
    """The artifacts that a worker requests again, in place of the messages."""
    requests = []
    sender = SimpleNamespace(request_refresh=lambda _page_id, name: requests.append(name))
    monkeypatch.setattr(page_stream, "worker_task_sender", lambda: sender)
    monkeypatch.setattr(cold, "worker_task_sender", lambda: sender)
    return requests


def edited(page_id):
    """The seq of the last publication after which nothing older may be served."""
    return int(artifacts.cache_redis().hget(keys.page_key(page_id), "edited"))


def test_older_artifact_stays_and_is_rendered_again_when_it_was_requested(
    store, page_id, refreshes
):
    # given an artifact that was requested
    cold.render(page_id, V2)
    before = asyncio.run(drawn(store, page_id, V2))
    assert "late" not in before
    # when the page goes on, twice
    forbidden = edited(page_id)
    for status in (Status.OUTAGE, Status.PARTIAL):
        told(page_id, SetStatus("api", status))
    # then the older one is there for a minute, and is requested again
    after = asyncio.run(drawn(store, page_id, V2))
    assert after == before | {"late": b"1"}
    assert 0 < artifacts.cache_redis().ttl(keys.late_key(page_id, V2)) <= keys.LATE_TTL_S
    assert refreshes == [V2]
    assert edited(page_id) == forbidden
    # and once it is rendered, the newer one is in its place
    cold.render(page_id, V2)
    newest = asyncio.run(drawn(store, page_id, V2))
    assert "late" not in newest
    assert b"partial_outage" in newest[V2]


def test_older_artifact_goes_when_it_was_not_requested_for_a_minute(store, page_id, refreshes):
    # given an artifact that nobody has requested for a minute
    cold.render(page_id, V2)
    long_ago = time.time() - keys.REQUESTED_LATELY_S - 1
    artifacts.cache_redis().zadd(keys.last_request_key(page_id), {V2: long_ago})
    # when the page goes on, and the artifact is rendered again meanwhile
    told(page_id, SetStatus("api", Status.OUTAGE))
    # then it is not kept, and nothing is rendered for nobody
    assert not artifacts.cache_redis().exists(keys.late_key(page_id, V2))
    assert refreshes == []


def test_artifact_is_requested_again_when_its_page_went_on_meanwhile(
    store, page_id, refreshes, monkeypatch
):
    # given a page that is always published anew before an artifact can be stored
    monkeypatch.setattr(artifacts, "publish_on_demand", lambda *_: False)
    # when it is rendered, then also once more: it was requested a moment ago
    cold.render(page_id, V2)
    assert refreshes == [V2]
    # and not for ever
    long_ago = time.time() - keys.REQUESTED_LATELY_S - 1
    artifacts.cache_redis().zadd(keys.last_request_key(page_id), {V2: long_ago})
    cold.render(page_id, V2)
    assert refreshes == [V2]


@pytest.mark.parametrize("kind", EDITS)
def test_nothing_older_may_be_served_when_an_incident_was_edited(store, page_id, refreshes, kind):
    # given an incident with two messages
    incident_id, update_id = new_id("i"), new_id("u")
    told(page_id, OpenIncident(incident_id, new_id("u"), "Down", body="Oh."))
    told(page_id, PostUpdate(incident_id, update_id, IncidentState.MONITORING, body="Hm."))
    before = edited(page_id)
    assert before < artifacts.stored_edition(page_id).seq
    given = {
        "incident_id": incident_id, "update_id": update_id, "title": "Slow", "body": "Well."
    }  # fmt: skip
    command = kind(**{n: v for n, v in given.items() if n in kind.__dataclass_fields__})
    # when it is edited or deleted, then all that was before is forbidden
    told(page_id, command)
    forbidden = artifacts.stored_edition(page_id).seq
    assert edited(page_id) == forbidden
    # and stays so when the page goes on, but no more than that
    told(page_id, SetStatus("api", Status.OUTAGE))
    assert edited(page_id) == forbidden


def test_nothing_older_may_be_served_when_a_publication_was_lost(store, page_id, monkeypatch):
    # given a publication, maybe of an edit, that was lost
    with monkeypatch.context() as patch:
        patch.setattr(artifacts, "publish", lambda *_: None)
        told(page_id, SetStatus("api", Status.OUTAGE))
    # when the next one comes, then all before it is forbidden
    told(page_id, SetStatus("api", Status.DEGRADED))
    assert edited(page_id) == artifacts.stored_edition(page_id).seq
    # and when Redis has lost the page, then the log knows that nothing was edited
    artifacts.cache_redis().delete(keys.page_key(page_id))
    drain_stream(page_id)
    assert edited(page_id) == 0
