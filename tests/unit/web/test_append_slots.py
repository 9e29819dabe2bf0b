"""Turns: so many at once of one stream, whatever its keys, and nobody waits for ever."""

import asyncio

import pytest

from web.writes import append_slots as module
from web.writes.append_slots import (
    AT_ONCE,
    BUSY,
    COOL_DOWN_MAX_S,
    AppendSlots,
    Contention,
    SlotTimeoutError,
)


def played(turns, *names):
    """Let everybody want a turn at once; return how many held one at the same time, at most."""

    async def hold(name, held):
        async with turns.slot(name):
            held.append(name)
            most.append(len(held))
            await asyncio.sleep(0)
            held.remove(name)

    async def all_at_once():
        held: list[str] = []
        await asyncio.gather(*(hold(name, held) for name in names))

    most: list[int] = []
    asyncio.run(all_at_once())
    assert len(most) == len(names)
    return max(most)


def test_few_at_once_are_let_through_when_they_are_of_one_stream():
    assert played(AppendSlots(), *["p_1"] * 20) == AT_ONCE


def test_nobody_waits_when_streams_are_different():
    assert played(AppendSlots(), *(f"p_{number}" for number in range(20))) == 20


def test_keys_take_turns_together_when_they_are_known_to_be_of_one_page():
    turns = AppendSlots()
    names = [f"key {number}" for number in range(20)]
    assert played(turns, *names) == 20
    for name in names:
        turns.note_stream(name, "p_1")
    assert played(turns, *names, "p_1") == AT_ONCE


def test_nothing_is_kept_when_nobody_waits():
    turns = AppendSlots()
    played(turns, "p_1", "p_2", "p_1")
    assert turns._semaphores == {}


def test_waiting_ends_when_no_turn_comes(monkeypatch):
    monkeypatch.setattr(module, "WAIT_S", 0.01)
    turns = AppendSlots()

    async def one_too_many():
        async with turns.slot("p"), turns.slot("p"):
            with pytest.raises(SlotTimeoutError):
                async with turns.slot("p"):
                    raise AssertionError
        async with turns.slot("p"):
            return len(turns._semaphores)

    assert asyncio.run(one_too_many()) == 1


def rests(turns, count):
    """Let so many of one stream have their turns; return the rests that were taken."""
    taken = []

    async def have(loop):
        later = loop.call_later
        loop.call_later = lambda after_s, call, *args: (taken.append(after_s), later(0, call))
        await asyncio.gather(*(one() for _ in range(count)))

    async def one():
        async with turns.slot("p_1"):
            await asyncio.sleep(0)

    async def everybody():
        await asyncio.wait_for(have(asyncio.get_running_loop()), 10)

    asyncio.run(everybody())
    return taken


def test_stream_rests_after_its_turns_when_many_wait_and_others_are_written_to():
    taken = rests(AppendSlots(lambda stream: stream == "p_1"), BUSY + 5)
    # as long as so many wait, and no longer
    assert len(taken) == 6
    assert all(0 < rest_s <= COOL_DOWN_MAX_S for rest_s in taken)


def test_nobody_rests_when_few_wait_or_no_other_stream_is_written_to():
    assert rests(AppendSlots(lambda _: True), BUSY - 1) == []
    assert rests(AppendSlots(lambda _: False), BUSY * 2) == []


def test_stream_has_neighbours_when_another_was_heard_of_within_a_second():
    now = [0.0]
    neighbours = Contention(lambda: now[0])

    def has_after(s, *note_announcement):
        now[0] += s
        for stream in note_announcement:
            neighbours.note_announcement(stream)
        return [neighbours.has_others(stream) for stream in ("p_1", "p_2", "p_3")]

    assert has_after(0) == [False, False, False]
    assert has_after(0, "p_1", "p_1") == [False, True, True]
    assert has_after(0.9, "p_2") == [True, True, True]
    # and none any more a second after the other one was heard of
    assert has_after(0.2, "p_2", "p_2") == [True, False, True]
    assert has_after(1.1) == [False, False, False]
