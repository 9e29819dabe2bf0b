"""Copies in a web process: fresh, stale, filled once, bounded.

Source: docs/architecture.md, "A cached page turns stale and stays".
"""

import asyncio

import pytest

from web.visitors.cache import Cache, OwnerQuota


class Source:
    """A Redis of one word a key: counts its reads, and answers when it is told to."""

    def __init__(self, **words):
        self.words = words
        self.reads: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self, key):
        self.reads.append(key)
        word = self.words[key]
        await self.gate.wait()
        return word


def hearing(limit=100) -> Cache[str]:
    copies: Cache[str] = Cache(limit, len)
    copies.is_connected = True
    return copies


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the code under test
            await asyncio.sleep(0)


def test_copy_is_read_once_when_nothing_is_said_of_it():
    async def scene():
        copies, source = hearing(), Source(page="one")
        assert [await copies.get_fresh("page", source.read) for _ in range(3)] == ["one"] * 3
        assert source.reads == ["page"]
        assert copies.is_fresh("page")

    asyncio.run(scene())


def test_copies_are_nearly_full_before_one_pushes_out_another():
    async def scene():
        copies, source = hearing(limit=10), Source(one="1" * 5, two="2" * 4, three="3")
        for key, is_full in (("one", False), ("two", False), ("three", True)):
            await copies.get_fresh(key, source.read)
            assert copies.is_nearly_full is is_full
        assert all(map(copies.is_fresh, source.words))

    asyncio.run(scene())


def test_copy_is_read_again_when_it_was_marked_stale():
    async def scene():
        copies, source = hearing(), Source(page="one")
        await copies.get_fresh("page", source.read)
        source.words["page"] = "two"
        copies.mark_stale("page")
        # it is kept, labelled with its age, until somebody asks
        first_s = copies.get("page").stale_s
        copies.mark_stale("page")
        assert 0 < first_s < copies.get("page").stale_s
        assert copies.get("page").value == "one"
        assert not copies.is_fresh("page")
        assert await copies.get_fresh("page", source.read) == "two"
        assert copies.is_fresh("page")

    asyncio.run(scene())


def test_nothing_is_fresh_when_the_process_hears_nothing():
    async def scene():
        copies, source = Cache(100, len), Source(page="one")
        for _ in range(2):
            assert await copies.get_fresh("page", source.read) == "one"
            assert not copies.is_fresh("page")
        assert source.reads == ["page", "page"]
        assert copies.get("page").value == "one"

    asyncio.run(scene())


def test_every_copy_is_stale_when_the_connection_was_lost():
    async def scene():
        copies, source = hearing(), Source(a="1", b="2")
        for key in "ab":
            await copies.get_fresh(key, source.read)
        copies.mark_all_stale()
        assert [copies.is_fresh(key) for key in "ab"] == [False, False]
        assert [copies.get(key).value for key in "ab"] == ["1", "2"]

    asyncio.run(scene())


def test_redis_is_asked_once_when_many_ask_at_the_same_time():
    async def scene():
        copies, source = hearing(), Source(page="one")
        source.gate.clear()
        asking = [asyncio.create_task(copies.get_fresh("page", source.read)) for _ in range(50)]
        await until(lambda: source.reads)
        source.gate.set()
        assert await asyncio.gather(*asking) == ["one"] * 50
        assert source.reads == ["page"]

    asyncio.run(scene())


@pytest.mark.parametrize("news", ["mark_stale", "mark_all_stale"])
def test_copy_is_stale_when_its_key_changed_while_it_was_being_read(news):
    async def scene():
        # given a read under way that saw the old word
        copies, source = hearing(), Source(page="old")
        source.gate.clear()
        asking = asyncio.create_task(copies.get_fresh("page", source.read))
        await until(lambda: source.reads)
        # when the key changes before it is answered
        source.words["page"] = "new"
        copies.mark_stale("page") if news == "mark_stale" else copies.mark_all_stale()
        # then who asks from now on does not get the old word
        later = asyncio.create_task(copies.get_fresh("page", source.read))
        await until(lambda: len(source.reads) == 2)
        source.gate.set()
        assert (await asking, await later) == ("old", "new")
        assert copies.get("page").value == "new"
        assert copies.is_fresh("page")

    asyncio.run(scene())


def test_newer_copy_stays_when_an_older_read_ends_after_it():
    async def scene():
        # given a slow read of the old word, overtaken by news and by a quick read of the new one
        copies, slow, quick = hearing(), Source(page="old"), Source(page="new")
        slow.gate.clear()
        overtaken = asyncio.create_task(copies.get_fresh("page", slow.read))
        await until(lambda: slow.reads)
        copies.mark_stale("page")
        assert await copies.get_fresh("page", quick.read) == "new"
        # when the slow one is answered at last
        slow.gate.set()
        await overtaken
        # then what it read is not put over the newer copy
        assert copies.get("page").value == "new"
        assert copies.is_fresh("page")

    asyncio.run(scene())


def test_old_copy_stays_and_everybody_is_told_when_a_read_fails():
    async def scene():
        copies, source = hearing(), Source(page="one")
        await copies.get_fresh("page", source.read)
        copies.mark_stale("page")

        async def fail(key):
            await source.gate.wait()
            raise ConnectionError(key)

        asking = [copies.get_fresh("page", fail) for _ in range(3)]
        errors = await asyncio.gather(*asking, return_exceptions=True)
        assert [type(error) for error in errors] == [ConnectionError] * 3
        assert copies.get("page").value == "one"
        # and the next one may try again
        assert await copies.get_fresh("page", source.read) == "one"

    asyncio.run(scene())


def test_others_get_their_answer_when_one_who_asks_goes_away():
    async def scene():
        copies, source = hearing(), Source(page="one")
        source.gate.clear()
        gone, patient = (
            asyncio.create_task(copies.get_fresh("page", source.read)) for _ in range(2)
        )
        await until(lambda: source.reads)
        gone.cancel()
        await until(gone.done)
        source.gate.set()
        assert await patient == "one"
        assert source.reads == ["page"]

    asyncio.run(scene())


def test_least_recently_used_copies_go_when_they_weigh_too_much_together():
    async def scene():
        copies, source = hearing(limit=10), Source(a="aaaa", b="bbbb", c="cccc")
        await copies.get_fresh("a", source.read)
        await copies.get_fresh("b", source.read)
        await copies.get_fresh("a", source.read)  # used again: b is the oldest now
        await copies.get_fresh("c", source.read)
        assert [copies.get(key) is not None for key in "abc"] == [True, False, True]

    asyncio.run(scene())


def test_weight_is_counted_anew_when_a_copy_is_replaced():
    async def scene():
        copies, source = hearing(limit=10), Source(a="a" * 9, b="b", c="c" * 8)
        for _ in range(5):
            await copies.get_fresh("a", source.read)
            copies.mark_stale("a")
        await copies.get_fresh("b", source.read)
        assert copies.get("a")
        source.words["a"] = "a"
        await copies.get_fresh("a", source.read)
        await copies.get_fresh("c", source.read)
        assert all(copies.get(key) for key in "abc")

    asyncio.run(scene())


def test_one_copy_is_kept_when_it_alone_is_over_the_limit():
    async def scene():
        copies, source = hearing(limit=3), Source(a="aaaa", b="bbbb")
        await copies.get_fresh("a", source.read)
        assert copies.is_fresh("a")
        await copies.get_fresh("b", source.read)
        assert (copies.get("a"), copies.get("b").value) == (None, "bbbb")

    asyncio.run(scene())


def test_nothing_happens_when_news_come_of_a_key_that_nobody_asked_for():
    copies = hearing()
    copies.mark_stale("unknown")
    assert copies.get("unknown") is None
    assert not copies.is_fresh("unknown")


def test_what_does_not_last_pushes_nothing_out_when_there_is_no_room():
    async def scene():
        # given room for three, of which two are taken by what lasts
        copies: Cache[str] = Cache(3, len, is_lasting=str.isupper)
        copies.is_connected = True
        guesses = {f"guess-{number}": "x" for number in range(9)}
        source = Source(here="A", there="B", new="C", **guesses)
        for key in ("here", "there"):
            await copies.get_fresh(key, source.read)
        # when ever more comes that does not, each of it asked for twice
        for key in guesses:
            await copies.get_fresh(key, source.read)
            await copies.get_fresh(key, source.read)
        # then what lasts is still there, and takes the room of what does not
        assert (copies.get("here").value, copies.get("there").value) == ("A", "B")
        await copies.get_fresh("new", source.read)
        assert [key for key in source.words if copies.get(key)] == ["here", "there", "new"]

    asyncio.run(scene())


def test_an_owner_pushes_out_its_own_copies_when_its_share_is_used_up():
    async def scene():
        # given room for ten, of which an owner may take four
        share = OwnerQuota(4, lambda key: key.partition("/")[0])
        copies: Cache[str] = Cache(10, len, share=share)
        copies.is_connected = True
        words = {f"big/{number}": "xx" for number in range(9)}
        source = Source(**{"small/1": "s"}, **words, **{"big/huge": "x" * 8})
        await copies.get_fresh("small/1", source.read)
        # when it is copied ever more of that owner, then its oldest go, and nobody else's
        for key in words:
            await copies.get_fresh(key, source.read)
        assert [key for key in source.words if copies.get(key)] == ["small/1", "big/7", "big/8"]
        # and what is larger than a share stands alone in it
        await copies.get_fresh("big/huge", source.read)
        assert [key for key in source.words if copies.get(key)] == ["small/1", "big/huge"]

    asyncio.run(scene())


def test_nothing_of_a_copy_stays_when_it_is_dropped():
    async def scene():
        copies, source = hearing(limit=3), Source(page="one", other="two")
        await copies.get_fresh("page", source.read)
        copies.drop("page")
        assert copies.get("page") is None
        await copies.get_fresh("page", source.read)
        assert source.reads == ["page", "page"]

    asyncio.run(scene())
