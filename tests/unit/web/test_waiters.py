"""Waiting for announcements in a web process.

Source: docs/architecture.md, "A writer waits for its own range".
"""

import asyncio
import time

import pytest

from domain.results import Code, Rejection, Remarks
from domain.store.redis.subscriber import Announcement, decode, encode
from web.writes.waiters import REMEMBERED_MAX, AnnouncedOutcome, Waiters

NO = Rejection(Code.NOT_FOUND, "This page has no such component.")
PATIENCE_S = 20  # nobody here waits so long: who is not woken fails by the test's own limit
SETTLED = AnnouncedOutcome(None, ())


def hearing(clock=time.monotonic) -> Waiters:
    waiters = Waiters(clock)
    waiters.is_connected = True
    return waiters


async def waiting(waiters, seq, stream="p_1", timeout_s=PATIENCE_S):
    """A waiter that is registered."""
    task = asyncio.create_task(waiters.wait(stream, seq, timeout_s))
    await asyncio.sleep(0)
    assert not task.done()
    return task


def scene(play):
    async def limited():
        async with asyncio.timeout(5):
            await play()

    asyncio.run(limited())


def test_waiter_is_answered_when_a_range_holds_its_seq():
    async def play():
        waiters = hearing()
        tasks = [await waiting(waiters, seq) for seq in (3, 4, 5)]
        waiters.note_announcement(Announcement("p_1", 3, 5, {4: NO}))
        assert await asyncio.gather(*tasks) == [SETTLED, AnnouncedOutcome(NO, ()), SETTLED]

    scene(play)


def test_waiter_is_answered_when_the_announcement_came_before_it_registered():
    async def play():
        waiters = hearing()
        waiters.note_announcement(Announcement("p_1", 1, 2))
        waiters.note_announcement(Announcement("p_1", 3, 3, {3: NO}))
        assert await waiters.wait("p_1", 2, PATIENCE_S) == SETTLED
        assert await waiters.wait("p_1", 3, PATIENCE_S) == AnnouncedOutcome(NO, ())

    scene(play)


def test_waiter_has_to_ask_the_log_when_a_higher_range_is_announced():
    async def play():
        waiters = hearing()
        passed = await waiting(waiters, 3)
        waiters.note_announcement(Announcement("p_1", 4, 6))
        assert await passed is None

    scene(play)


def test_waiter_has_to_ask_the_log_at_once_when_a_higher_range_was_announced_before():
    async def play():
        waiters = hearing()
        waiters.note_announcement(Announcement("p_1", 4, 6))
        assert await waiters.wait("p_1", 3, PATIENCE_S) is None
        assert await waiters.wait("p_1", 5, PATIENCE_S) == SETTLED

    scene(play)


def test_patient_waiter_is_woken_by_its_own_range_when_later_ones_are_announced():
    async def play():
        waiters = hearing()
        waiters.note_announcement(Announcement("p_1", 4, 6))
        task = asyncio.create_task(waiters.wait("p_1", 3, PATIENCE_S, is_patient=True))
        await asyncio.sleep(0)
        waiters.note_announcement(Announcement("p_1", 7, 7))
        await asyncio.sleep(0)
        assert not task.done()
        waiters.note_announcement(Announcement("p_1", 2, 3))
        assert await task == SETTLED

    scene(play)


def test_waiter_has_to_ask_the_log_when_an_empty_range_says_that_all_is_shown():
    async def play():
        waiters = hearing()
        task, later = await waiting(waiters, 3), await waiting(waiters, 4)
        waiters.note_announcement(Announcement("p_1", 4, 3))
        assert await task is None
        assert not later.done()
        later.cancel()

    scene(play)


def test_waiter_goes_on_waiting_when_others_are_announced():
    async def play():
        waiters = hearing()
        task = await waiting(waiters, 3)
        waiters.note_announcement(Announcement("p_1", 1, 2))
        waiters.note_announcement(Announcement("p_2", 1, 9))
        await asyncio.sleep(0)
        assert not task.done()
        waiters.note_announcement(Announcement("p_1", 3, 3))
        assert await task == SETTLED

    scene(play)


def test_follow_ups_are_told_when_an_accounts_command_has_some():
    async def play():
        waiters = hearing()
        task = await waiting(waiters, 7, "a_1")
        waiters.note_announcement(
            Announcement("a_1", 7, 7, follow_ups={7: [("p_1", 1), ("p_2", 4)]})
        )
        assert await task == AnnouncedOutcome(None, (("p_1", 1), ("p_2", 4)))

    scene(play)


def test_everybody_has_to_ask_the_log_when_the_process_goes_deaf():
    async def play():
        waiters = hearing()
        tasks = [await waiting(waiters, 1, stream) for stream in ("p_1", "p_2", "p_2")]
        waiters.disconnected()
        assert await asyncio.gather(*tasks) == [None, None, None]
        assert not waiters.is_connected

    scene(play)


def test_nobody_waits_when_the_process_is_deaf():
    async def play():
        assert await Waiters().wait("p_1", 1, PATIENCE_S) is None

    scene(play)


def test_what_was_said_before_is_forgotten_when_the_process_went_deaf_meanwhile():
    async def play():
        waiters = hearing()
        waiters.note_announcement(Announcement("p_1", 1, 1))
        waiters.disconnected()
        waiters.is_connected = True
        assert await waiters.wait("p_1", 1, 0.01) is None

    scene(play)


def test_waiter_has_to_ask_the_log_when_its_deadline_comes():
    async def play():
        assert await hearing().wait("p_1", 1, 0.01) is None
        assert await hearing().wait("p_1", 1, 0) is None

    scene(play)


def test_announcement_is_remembered_for_sixty_seconds_and_no_longer():
    async def play():
        clock = [1_000.0]
        waiters = hearing(lambda: clock[0])
        waiters.note_announcement(Announcement("p_1", 1, 1))
        clock[0] += 59
        waiters.note_announcement(Announcement("p_2", 1, 1))
        assert await waiters.wait("p_1", 1, 0) == SETTLED
        clock[0] += 2
        waiters.note_announcement(Announcement("p_3", 1, 1))
        assert await waiters.wait("p_1", 1, 0) is None
        assert await waiters.wait("p_2", 1, 0) == SETTLED

    scene(play)


def test_nothing_of_a_waiter_stays_when_it_was_answered_gave_up_or_went_away():
    async def play():
        waiters = hearing()
        await waiters.wait("p_1", 1, 0)
        answered, gone = await waiting(waiters, 1, "p_2"), await waiting(waiters, 1, "p_3")
        waiters.note_announcement(Announcement("p_2", 1, 1))
        await answered
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert waiters._waiters == {}

    scene(play)


def test_nothing_breaks_when_a_waiter_is_told_twice():
    async def play():
        waiters = hearing()
        task = await waiting(waiters, 1)
        waiters.note_announcement(Announcement("p_1", 1, 1))
        waiters.note_announcement(Announcement("p_1", 2, 2))
        waiters.disconnected()
        assert await task == SETTLED

    scene(play)


def test_what_was_announced_is_forgotten_when_there_is_more_than_a_process_may_hold():
    # Given announcements within a minute, each of a stream of its own and with refusals
    waiters = hearing(clock=lambda: 0.0)

    # When more come than are remembered
    for number in range(REMEMBERED_MAX // 2):
        refusals = dict.fromkeys(range(4), NO)
        waiters.note_announcement(Announcement(f"p_{number}", 0, 3, refusals))

    # Then the oldest went, and nothing of their streams is left
    assert len(waiters._remembered) == REMEMBERED_MAX // 5
    assert len(waiters._by_stream) == REMEMBERED_MAX // 5


def test_remarks_are_told_to_the_write_that_they_are_about_when_announced():
    async def play():
        waiters = hearing()
        tasks = [await waiting(waiters, seq) for seq in (7, 8)]
        remarks = Remarks(("Gone",), unchanged=True, update_id="u_1")
        waiters.note_announcement(decode(encode(Announcement("p_1", 7, 8, remarks={8: remarks}))))
        assert await asyncio.gather(*tasks) == [SETTLED, AnnouncedOutcome(None, (), remarks)]

    scene(play)
