"""Drawings that are asked for: no page's questions keep those of another from being asked."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from web.visitors.cache import CircuitBreaker
from web.visitors.cached_page import CachedPage, Meta
from web.visitors.on_demand import NotRenderedError, OnDemandArtifacts, PageEvents

META = Meta(is_public=True, served_until=datetime(2100, 1, 1, tzinfo=UTC), version="v")
COPY = CachedPage(META, (b"1", b"2026-01-01", b"b"), "", b"", {}, None, None, 0)
MANY = 50


class Nothing:
    """A Redis that holds no drawing, and workers that are at work and draw none in time."""

    async def worker_was_seen(self):
        return True

    async def on_demand_fields(self, page_id, name):
        return {}


class Rings:
    """A doorbell that notes for what it was rung."""

    def __init__(self):
        self.pages: list[str] = []

    def request_artifact(self, page_id, name):
        self.pages.append(page_id)


async def until(condition):
    async with asyncio.timeout(1.0):  # less than a turn lasts
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the code under test
            await asyncio.sleep(0)


def test_a_page_is_drawn_when_another_is_slow_and_asked_for_without_pause():
    async def scene():
        rings = Rings()
        drawn = OnDemandArtifacts(1_000, Nothing(), rings, PageEvents(), CircuitBreaker())
        # given a page whose drawings are asked for by many, and never come
        slow = [asyncio.create_task(drawn.of("p_slow", COPY, f"i/{n}")) for n in range(MANY)]
        await until(lambda: rings.pages)
        # when somebody asks for another page's, then a worker is asked at once
        other = asyncio.create_task(drawn.of("p_other", COPY, "history"))
        await until(lambda: "p_other" in rings.pages)
        for asked in (*slow, other):
            asked.cancel()
        await asyncio.gather(*slow, other, return_exceptions=True)

    asyncio.run(scene())


# What is older than its page

NAME = "api/v2/summary.json"


def edition(seq, day="2026-01-01", build="b"):
    return {"seq": b"%d" % seq, "day": day.encode(), "build": build.encode()}


def page_at(seq, edited_seq=0, day="2026-01-01", build="b"):
    fields = edition(seq, day, build)
    return replace(COPY, edition=tuple(fields.values()), edited_seq=edited_seq)


class Held:
    """A Redis that holds one artifact of the page."""

    def __init__(self, fields):
        self.fields = fields

    async def worker_was_seen(self):
        return False

    async def on_demand_fields(self, page_id, name):
        return self.fields


class Requests:
    """A doorbell that notes what is requested: by a visit that waits, or for later ones."""

    def __init__(self):
        self.waits: list[str] = []
        self.refreshes: list[str] = []

    def request_artifact(self, page_id, name):
        self.waits.append(name)

    def request_refresh(self, page_id, name):
        self.refreshes.append(name)


def ask(held, *pages):
    """Ask for the artifact of each page in turn; return the last answer, and the requests."""

    async def scene():
        requests = Requests()
        artifacts = OnDemandArtifacts(9_000, held, requests, PageEvents(), CircuitBreaker())
        artifacts.cache.is_connected = True
        for page in pages:
            found, is_older = await artifacts.of("p_1", page, NAME)
        return found.seq, is_older, requests

    return asyncio.run(scene())


def older(seq, **more):
    return Held(edition(seq, **more) | {NAME: b"{}", "late": b"1"})


def test_a_visit_waits_for_nothing_when_an_older_artifact_was_requested_lately():
    # given an artifact that was requested lately, of a page that went on
    seq, is_older, requests = ask(older(3), page_at(7))
    # then it is served with a label, nobody waits, and a newer one is on its way
    assert (seq, is_older) == (3, True)
    assert (requests.waits, requests.refreshes) == ([], [NAME])


def test_every_visit_looks_for_a_newer_one_when_it_was_served_an_older_one():
    held = older(3)
    # given a visit that was served an older artifact
    assert ask(held, page_at(7), page_at(7))[2].refreshes == [NAME, NAME]
    # when a worker has rendered a newer one, then the next visit has it, without a label
    seq, is_older, requests = ask(Held(edition(7) | {NAME: b"{}"}), page_at(7), page_at(7))
    assert (seq, is_older, requests.refreshes) == (7, False, [])


@pytest.mark.parametrize("edited_seq", [4, 7])
def test_an_older_artifact_is_not_served_when_an_incident_was_edited_since(edited_seq):
    with pytest.raises(NotRenderedError):
        ask(older(3), page_at(7, edited_seq))
    # nor is the copy of a process, which may be served if no worker renders
    with pytest.raises(NotRenderedError):
        ask(older(3), page_at(3), page_at(7, edited_seq))


def test_an_older_artifact_is_served_when_the_edit_came_before_it():
    assert ask(older(5), page_at(7, edited_seq=5))[:2] == (5, True)


@pytest.mark.parametrize("more", [{"day": "2025-12-31"}, {"build": "a"}])
def test_an_artifact_of_another_day_or_build_is_an_older_one(more):
    assert ask(older(7, **more), page_at(7))[:2] == (7, True)


def test_an_artifact_that_came_too_late_for_its_edition_is_as_new_as_its_page():
    seq, is_older, requests = ask(older(7), page_at(7))
    assert (seq, is_older, requests.refreshes) == (7, False, [])
