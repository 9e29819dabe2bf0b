"""What is written over what, and when it is made anew.

Source: docs/architecture.md, "A publication never goes back",
"Artifacts are a function of state and day" and "Web renders no public page".
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from domain.store.redis.publisher import Publication
from tests.support.faults.breaking import HEALS_S, SOON_S, Behind
from tests.support.inside import inside
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

FORGED = {"meta": b'{"isPublic":true,"servedUntil":null,"version":"forged"}', "forged": b"1"}
DAY = timedelta(days=1)


def publish(page_id, edition, in_epoch=None):
    """Publish a forged edition as a worker would; returns what the hash holds then."""
    publication = Publication(page_id, edition, FORGED)
    return artifacts.publish(publication, in_epoch or artifacts.epoch())


OLDER = {
    "its seq is lower": lambda e: replace(e, seq=e.seq - 1, day=e.day + DAY, build="other"),
    "its day is earlier": lambda e: replace(e, day=e.day - DAY, build="other"),
    "it is the same": lambda e: e,
}
NEWER = {
    "its seq is higher": lambda e: replace(e, seq=e.seq + 1, day=e.day - DAY),
    "its day is later": lambda e: replace(e, day=e.day + DAY),
    "its build is another": lambda e: replace(e, build="other"),
}


@pytest.mark.parametrize("change", OLDER.values(), ids=OLDER)
def test_publication_is_beaten_when(system, actors, change):
    # given a page; when a publisher comes late
    page, behind = actors.page("API"), Behind(system)
    before = behind.hash_of(page.id)
    with inside(system):
        held = artifacts.stored_edition(page.id)
        # then it is told what the hash holds, and has changed nothing
        assert publish(page.id, change(held)) == held
    assert behind.hash_of(page.id) == before


@pytest.mark.parametrize("change", NEWER.values(), ids=NEWER)
def test_publication_wins_when(system, actors, change):
    page, behind = actors.page("API"), Behind(system)
    with inside(system):
        newer = change(artifacts.stored_edition(page.id))
        assert publish(page.id, newer) == newer
    assert "forged" in behind.hash_of(page.id)
    assert "index.html" not in behind.hash_of(page.id)


def test_publication_is_refused_when_its_epoch_is_over(system, actors):
    page, behind = actors.page("API"), Behind(system)
    with inside(system):
        held = artifacts.stored_edition(page.id)
        assert publish(page.id, replace(held, seq=held.seq + 1), in_epoch="an older one") is None
    assert "forged" not in behind.hash_of(page.id)


def test_page_is_published_anew_when_its_day_is_over(system, actors):
    # given a page whose hash was made yesterday
    page, behind = actors.page("API"), Behind(system)
    today = behind.hash_of(page.id)["day"]
    behind.redis.hset(keys.page_key(page.id), mapping={"day": "2020-01-01", "index.html": "old"})
    behind.sql(
        "UPDATE pages SET published_day = '2020-01-01', published_until = now() WHERE id = :id",
        id=page.id,
    )
    # then the sweep has it made anew
    wait_until(lambda: behind.hash_of(page.id)["day"] == today, "it is of today", HEALS_S)
    assert actors.visitor(page).get("/").text.startswith("<!")


def test_page_is_published_anew_when_its_build_is_another(system, actors):
    # given a page that another build published
    page, behind = actors.page("API"), Behind(system)
    build = behind.hash_of(page.id)["build"]
    behind.redis.hset(keys.page_key(page.id), mapping={"build": "older", "index.html": "old"})
    behind.sql("UPDATE pages SET published_build = 'older' WHERE id = :id", id=page.id)
    # then the sweep has it made anew, and Postgres notes it
    wait_until(lambda: behind.hash_of(page.id)["build"] == build, "of this build", HEALS_S)
    assert actors.visitor(page).get("/").text.startswith("<!")
    noted = "SELECT 1 FROM pages WHERE id = :id AND published_build = :build"
    found = {"id": page.id, "build": build.decode()}
    wait_until(lambda: bool(behind.sql(noted, **found)), "it is noted", HEALS_S)


def test_same_bytes_come_back_when_a_page_is_made_from_nothing(system, actors):
    # given a page with a history, and its hash
    page, behind = actors.page("API", "Web"), Behind(system)
    mon = actors.monitor(page)
    mon.open("Slow", body="Looking", components=[{"component": "api", "status": "degraded"}])
    before = behind.hash_of(page.id)
    # when the hash is lost, and noted as never published
    behind.redis.delete(keys.page_key(page.id))
    behind.sql("UPDATE pages SET published_epoch = '' WHERE id = :id", id=page.id)
    # then the same comes back, byte by byte
    wait_until(lambda: bool(behind.hash_of(page.id)), "it is back", HEALS_S)
    assert behind.hash_of(page.id) == before


def test_version_stays_when_nothing_that_shows_has_changed(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    version, etag = vi.json()["version"], vi.get("/").headers["etag"]
    # neither a toggle to what is shown already nor a new key is news to visitors
    mon.toggle("api", "operational")
    page.key("another")
    assert (vi.json()["version"], vi.get("/").headers["etag"]) == (version, etag)
    # a change of status is
    mon.toggle("api", "degraded")
    assert vi.json()["version"] != version
    assert vi.get("/").headers["etag"] != etag


def test_cold_badge_is_drawn_again_when_a_publication_dropped_it(system, actors):
    # given a badge that a visitor asked for
    page, behind = actors.page("API"), Behind(system)
    mon, vi = actors.monitor(page), actors.visitor(page)
    assert "badge.png" not in behind.hash_of(page.id)
    first = drawn(vi)
    assert behind.hash_of(page.id)["badge.png"] == first
    # when something is published, then it is drawn anew
    mon.toggle("api", "outage")
    assert behind.hash_of(page.id).get("badge.png") != first
    second = drawn(vi)
    assert second != first
    assert drawn(actors.visitor(page, web=1)) == second


def drawn(vi):
    """What badge.png is, once it is there and no older one."""

    def is_there():
        answer = vi.get("/badge.png")
        return answer.status_code == 200 and "x-hepstatus-copy" not in answer.headers

    answer = vi.get("/badge.png")
    if answer.status_code == 503 and "libcairo" in answer.text:
        pytest.skip("this machine has no libcairo2")
    wait_until(is_there, "the badge is drawn", SOON_S)
    answer = vi.get("/badge.png")
    assert answer.content.startswith(b"\x89PNG")
    return answer.content


def test_cold_artifact_is_dropped_when_the_hash_is_of_another_edition(system, actors):
    page, behind = actors.page("API"), Behind(system)
    with inside(system):
        held = artifacts.stored_edition(page.id)
        for other in (change(held) for change in (*OLDER.values(), *NEWER.values())):
            is_held = other == held
            assert artifacts.publish_on_demand(page.id, {"badge.png": b"drawn"}, other) is is_held
    assert behind.hash_of(page.id)["badge.png"] == b"drawn"
    # and beside a tombstone nothing is put
    page.owner.delete(page.path)
    with inside(system):
        tombstone = artifacts.stored_edition(page.id)
        assert not artifacts.publish_on_demand(page.id, {"badge.png": b"drawn"}, tombstone)


def test_badge_takes_a_label_when_no_worker_made_it(actors):
    page = actors.page("API")
    vi = actors.visitor(page)
    own, labelled = vi.get("/badge.svg"), vi.get("/badge.svg", params={"label": "<b>Ours</b> & "})
    assert "Acme" in own.text
    assert "&lt;b&gt;Ours&lt;/b&gt; &amp;" in labelled.text
    # and other questions change nothing
    assert vi.get("/badge.svg", params={"v": "1"}).headers["etag"] == own.headers["etag"]
