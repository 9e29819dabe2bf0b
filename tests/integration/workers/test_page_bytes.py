"""How much of the shared Redis one page can take: on-demand artifacts, what was late, previews."""

import asyncio
import random

import pytest

from domain.page.commands import ChangePage, OpenIncident
from domain.runtime.new_ids import new_id
from domain.store.redis import keys
from domain.store.redis import previews as rehearsals
from domain.store.redis import publisher as artifacts
from domain.store.redis.previews import PreviewResult, Previews, ReplacedError, slot_of
from domain.store.redis.publisher import cache_redis
from domain.store.redis.reader import PageReader
from tests.support.drained_page import DrainedPage
from workers import preview as rehearsal

pytestmark = pytest.mark.usefixtures("store")

NOISE = random.Random(19)
ALLOCATED = 1.25  # what Redis' allocator rounds up, at most


@pytest.fixture
def page():
    return DrainedPage("API")


@pytest.fixture
def edition(page):
    return artifacts.stored_edition(page.id)


def played(store, play):
    """Run a scene with what web reads, and what it asks of previews."""

    async def scene():
        visits = PageReader(store.urls.redis_url, 5)
        previews = Previews(store.urls.redis_url, 5)
        try:
            return await play(visits, previews)
        finally:
            await visits.close()
            await previews.close()

    return asyncio.run(scene())


def permalink(number):
    return f"incidents/i_{number:026}"


def drawn(name, size):
    """The fields of a document of `size` bytes in three encodings."""
    return {
        name: bytes(size // 2),
        f"{name}|br": bytes(size // 4),
        f"{name}|gzip": bytes(size // 4),
    }


def memory(page):
    """What Redis takes for all keys of a page."""
    found = cache_redis().scan_iter(match=f"*{page.id}*", count=1_000)
    return sum(cache_redis().memory_usage(key, samples=0) for key in set(found))


def previewed(previews, page, size, session):
    """Ask for a preview and find it out, with documents of so many bytes; return its id."""
    preview_id, slot = new_id("v"), slot_of(page.id, session)

    async def ask():
        await previews.ask(slot, preview_id, page.id, ChangePage(name="Other"))

    return preview_id, slot, ask, {"page": NOISE.randbytes(size)}


def test_a_page_takes_a_bounded_part_of_redis_when_everything_of_it_is_asked_for(
    store, page, edition
):
    # Given a page with its eager artifacts
    before = memory(page)

    # When four megabytes are rendered on ask, and were late, and many names are guessed
    for number in range(40):
        name = permalink(number)
        assert artifacts.publish_on_demand(page.id, drawn(name, 100_000), edition)
        artifacts.store_late_artifact(page.id, name, drawn(name, 100_000), edition)
    for number in range(keys.ABSENT_MAX + 500):
        artifacts.note_absent(page.id, permalink(number), edition.seq)
    for number in range(50):
        artifacts.publish_on_demand(page.id, drawn(f"badge/c_{number:026}.svg", 900), edition)

    # And eight sessions preview half a megabyte each
    async def play(_, previews):
        for _ in range(8):
            _, slot, ask, documents = previewed(previews, page, 500_000, new_id("n"))
            await ask()
            rehearsals.tell(
                slot, rehearsals.load_request(slot), PreviewResult(), documents, "policy"
            )

    played(store, play)

    # Then all of it together is within the limits that are stated in one place
    limits = keys.ON_DEMAND_BYTES_MAX + keys.LATE_BYTES_MAX + keys.PREVIEW_BYTES_MAX
    names = 200 * keys.ABSENT_MAX + 150 * keys.REQUESTED_MAX
    assert memory(page) - before <= ALLOCATED * limits + names
    # And the bounds are those of the contract
    assert (keys.ON_DEMAND_BYTES_MAX, keys.PREVIEW_BYTES_MAX) == (2_000_000, 1_000_000)


def test_the_least_recently_asked_go_first_when_a_page_has_too_much(store, page, edition):
    # Given two artifacts that fill a page's part, of which the older one was asked for since
    size = keys.ON_DEMAND_BYTES_MAX // 2 - 10_000
    first, second, third = (permalink(number) for number in range(3))
    for name in (first, second):
        assert artifacts.publish_on_demand(page.id, drawn(name, size), edition)

    async def visit(visits, _):
        return await visits.on_demand_fields(page.id, first)

    assert first in played(store, visit)

    # When a third one comes
    assert artifacts.publish_on_demand(page.id, drawn(third, size), edition)

    # Then the second makes room, with all its encodings, and nothing else does
    kept = page.fields()
    assert {*drawn(first, 4), *drawn(third, 4)} <= kept.keys()
    assert not drawn(second, 4).keys() & kept.keys()
    assert "index.html" in kept


def test_an_artifact_is_not_kept_when_it_alone_is_more_than_a_page_may_have(page, edition):
    small, large = permalink(0), permalink(1)
    assert artifacts.publish_on_demand(page.id, drawn(small, 1_000), edition)
    assert not artifacts.publish_on_demand(page.id, drawn(large, keys.ON_DEMAND_BYTES_MAX), edition)
    assert small in page.fields()
    assert large not in page.fields()


def test_an_artifact_counts_once_when_it_is_rendered_again(page, edition):
    name, other = permalink(0), permalink(1)
    size = keys.ON_DEMAND_BYTES_MAX // 2 - 10_000
    for _ in range(5):
        assert artifacts.publish_on_demand(page.id, drawn(name, size), edition)
    assert artifacts.publish_on_demand(page.id, drawn(other, size), edition)
    assert {name, other} <= page.fields().keys()


def test_a_guessed_name_is_absent_when_it_was_looked_for(store, page, edition):
    name = permalink(404)

    async def visit(visits, _):
        return await visits.on_demand_fields(page.id, name)

    assert played(store, visit) is not None
    artifacts.note_absent(page.id, name, edition.seq)
    assert played(store, visit) is None
    assert 0 < cache_redis().ttl(keys.absent_key(page.id)) <= keys.ABSENT_TTL_S
    assert cache_redis().zcard(keys.last_request_key(page.id)) == 0
    artifacts.note_absent(page.id, name, edition.seq - 1)
    assert played(store, visit) is not None


def test_a_preview_is_replaced_when_its_session_asks_for_another(store, page):
    session = new_id("n")

    async def play(_, previews):
        # Given a preview that was made
        older, slot, ask, documents = previewed(previews, page, 1_000, session)
        await ask()
        asked = rehearsals.load_request(slot)
        rehearsals.tell(slot, asked, PreviewResult(headline="older"), documents, "policy")
        assert (await previews.outlook(slot, older)).headline == "older"
        assert (await previews.document(slot, older, "page")).html == documents["page"]

        # When another one is asked for
        newer, slot, ask, documents = previewed(previews, page, 1_000, session)
        await ask()

        # Then the older is replaced, and a worker that was late with it changes nothing
        for read in (previews.outlook(slot, older), previews.document(slot, older, "page")):
            with pytest.raises(ReplacedError):
                await read
        rehearsals.tell(slot, asked, PreviewResult(headline="older"), documents, "policy")
        assert await previews.outlook(slot, newer) is None
        rehearsal.rehearse(slot)
        assert (await previews.outlook(slot, newer)).headline == "All Systems Operational"
        # and another session's stays
        _, _, ask, documents = previewed(previews, page, 1_000, new_id("n"))
        await ask()
        assert (await previews.outlook(slot, newer)) is not None
        assert 0 < cache_redis().ttl(keys.preview_key(slot)) <= 60

    played(store, play)


def test_a_preview_is_not_kept_when_it_is_larger_than_a_megabyte(store, page):
    async def play(_, previews):
        preview_id, slot, ask, documents = previewed(previews, page, 1_100_000, new_id("n"))
        await ask()
        rehearsals.tell(slot, rehearsals.load_request(slot), PreviewResult(), documents, "policy")
        assert (await previews.outlook(slot, preview_id)).is_too_large
        assert await previews.document(slot, preview_id, "page") is None
        assert cache_redis().memory_usage(keys.preview_key(slot)) < 5_000

    played(store, play)


def test_a_preview_is_found_out_when_the_release_before_asked_for_it(page):
    # Given what web of the release before leaves: a hash of the id's own, without the id
    preview_id = new_id("v")
    command = ChangePage(name="Other")
    kind, payload = rehearsals.encode_command(command)
    cache_redis().hset(
        keys.preview_key(preview_id),
        mapping={"page_id": page.id, "kind": kind, "payload": payload},
    )
    # When a worker is rung for it, then it finds the outlook where it looks for it
    rehearsal.rehearse(preview_id)
    held = cache_redis().hgetall(keys.preview_key(preview_id))
    assert {b"outlook", b"page", b"change", b"policy", b"page_id"} <= held.keys()


def test_a_refused_preview_is_told_when_its_slot_is_used_again(store, page):
    async def play(_, previews):
        preview_id, slot = new_id("v"), slot_of(page.id, new_id("n"))
        bad = OpenIncident(new_id("i"), new_id("u"), "")
        await previews.ask(slot, preview_id, page.id, bad)
        rehearsal.rehearse(slot)
        return await previews.outlook(slot, preview_id)

    assert played(store, play) is not None
