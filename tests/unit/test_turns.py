"""Turns: so many at once of one stream, whatever its keys, and nobody waits for ever."""

import asyncio

import pytest

from web import turns as module
from web.turns import AT_ONCE, TurnNotTakenError, Turns


def played(turns, *names):
    """Let everybody want a turn at once; return how many held one at the same time, at most."""

    async def hold(name, held):
        async with turns.turn(name):
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
    assert played(Turns(), *["p_1"] * 20) == AT_ONCE


def test_nobody_waits_when_streams_are_different():
    assert played(Turns(), *(f"p_{number}" for number in range(20))) == 20


def test_keys_take_turns_together_when_they_are_known_to_be_of_one_page():
    turns = Turns()
    names = [f"key {number}" for number in range(20)]
    assert played(turns, *names) == 20
    for name in names:
        turns.learn(name, "p_1")
    assert played(turns, *names, "p_1") == AT_ONCE


def test_nothing_is_kept_when_nobody_waits():
    turns = Turns()
    played(turns, "p_1", "p_2", "p_1")
    assert turns._gates == {}


def test_waiting_ends_when_no_turn_comes(monkeypatch):
    monkeypatch.setattr(module, "WAIT_S", 0.01)
    turns = Turns()

    async def one_too_many():
        async with turns.turn("p"), turns.turn("p"):
            with pytest.raises(TurnNotTakenError):
                async with turns.turn("p"):
                    raise AssertionError
        async with turns.turn("p"):
            return len(turns._gates)

    assert asyncio.run(one_too_many()) == 1
