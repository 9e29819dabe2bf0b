"""Laws of the guards in Redis: whatever the order of publications, the newest one stays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.runtime.new_ids import new_id
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from domain.store.redis.publisher import Edition, Publication

pytestmark = pytest.mark.usefixtures("store")

DAY = date(2026, 3, 1)
editions = st.builds(
    Edition,
    st.integers(0, 3),
    st.integers(0, 2).map(lambda days: DAY + timedelta(days=days)),
    st.sampled_from(["build1", "build2"]),
)
# What is published: an edition, whether index.html could be rendered, and whether the page is gone.
publications = st.lists(st.tuples(editions, st.booleans(), st.integers(0, 9)), max_size=8)


def publish(page_id, edition, content, *, is_kept=False, is_gone=False, epoch=None):
    fields = {"meta": content, **({} if is_kept else {"index.html": content})}
    publication = Publication(page_id, edition, fields, ("index.html",) if is_kept else ())
    if is_gone:
        publication = Publication(page_id, edition, {}, is_tombstone=True)
    return artifacts.publish(publication, epoch or artifacts.epoch())


def held(page_id):
    found = artifacts.cache_redis().hgetall(keys.page_key(page_id))
    return {name.decode(): value.decode() for name, value in found.items()}


@given(publications)
def test_hash_ends_with_the_greatest_seq_and_day_when_published_in_any_order(drawn):
    # given a model that keeps the newest, and of equals with another build the last one
    page_id, newest, index = new_id("p"), None, None
    for number, (edition, is_kept, gone) in enumerate(drawn):
        answered = publish(page_id, edition, str(number), is_kept=is_kept, is_gone=gone == 0)
        order = (edition.seq, edition.day)
        if (
            newest is None
            or order > (newest.seq, newest.day)
            or (order == (newest.seq, newest.day) and edition.build != newest.build)
        ):
            newest = edition
            index = None if gone == 0 else index if is_kept else str(number)
            meta = None if gone == 0 else str(number)
        # then what is held, and what every publisher is told, is the newest edition
        found = held(page_id)
        assert answered == artifacts.stored_edition(page_id) == newest
        assert (found.get("index.html"), found.get("meta")) == (index, meta)
        assert ("gone" in found) == (meta is None)


@given(publications, st.randoms(use_true_random=False))
def test_two_orders_end_alike_when_no_two_builds_are_at_work(drawn, random):
    one, other = new_id("p"), new_id("p")
    shuffled = list(drawn)
    random.shuffle(shuffled)
    for page_id, order in ((one, drawn), (other, shuffled)):
        for edition, _, _ in order:
            same_build = Edition(edition.seq, edition.day, "build")
            publish(page_id, same_build, f"{edition.seq} {edition.day}")
    assert held(one) == held(other)


@given(editions, editions, st.booleans())
def test_cold_artifact_is_added_only_when_the_hash_is_what_it_was_made_from(
    published, made_from, is_gone
):
    page_id = new_id("p")
    publish(page_id, published, "hot", is_gone=is_gone)
    was_added = artifacts.publish_on_demand(page_id, {"badge.png": b"png"}, made_from)
    assert was_added == (published == made_from and not is_gone)
    assert ("badge.png" in held(page_id)) == was_added


@given(editions, editions)
def test_cold_artifact_is_dropped_when_something_newer_is_published(first, second):
    page_id = new_id("p")
    publish(page_id, first, "hot")
    artifacts.publish_on_demand(page_id, {"badge.png": b"png"}, first)
    publish(page_id, second, "newer")
    is_newer = held(page_id)["meta"] == "newer"
    assert ("badge.png" in held(page_id)) == (not is_newer)


@given(editions)
def test_nothing_is_written_when_the_epoch_is_another_one(edition):
    page_id = new_id("p")
    assert publish(page_id, edition, "late", epoch="an epoch that has ended") is None
    assert artifacts.stored_edition(page_id) is None
    assert not artifacts.publish_host(f"{page_id}.localhost", page_id, 1, "an epoch that has ended")
    assert artifacts.cache_redis().get(keys.host_key(f"{page_id}.localhost")) is None


@given(st.permutations(range(1, 7)), st.sets(st.integers(1, 6)))
def test_host_leads_where_its_greatest_counter_says_when_written_in_any_order(order, free):
    host = f"{new_id('h')}.localhost"
    for counter in order:
        page_id = None if counter in free else f"p_{counter}"
        assert artifacts.publish_host(host, page_id, counter, artifacts.epoch())
    entry = artifacts.cache_redis().get(keys.host_key(host)).decode()
    assert entry == ("6 " if 6 in free else "6 p_6")
    expires = artifacts.cache_redis().ttl(keys.host_key(host))
    assert (expires > 0) == (6 in free)
