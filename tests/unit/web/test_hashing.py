"""Turns at hashing: few at once, logins first, and no more than 20 that wait."""

import asyncio

import pytest

from web.api.accounts.passwords import AT_ONCE, WAITING_MAX, HashingSlots, Urgency
from web.http.errors import ApiError


class Scene:
    """Turns that are held until they are let go, and the order in which they came."""

    def __init__(self):
        self.slots, self.order, self.end = HashingSlots(), [], asyncio.Event()

    async def hash(self, name, urgency):
        async with self.slots.slot(urgency):
            self.order.append(name)
            await self.end.wait()

    async def begin(self, count, urgency, name=""):
        begun = [asyncio.create_task(self.hash(f"{name}{n}", urgency)) for n in range(count)]
        await asyncio.sleep(0)
        return begun


def refusal(task):
    error = task.exception()
    assert isinstance(error, ApiError)
    return error.status, error.code, error.headers.get("Retry-After") is not None


BUSY = (503, "UNAVAILABLE", True)


def test_few_hash_at_once_and_twenty_wait_when_many_come():
    async def play():
        scene = Scene()
        tasks = await scene.begin(AT_ONCE + WAITING_MAX, Urgency.LOGIN)
        assert len(scene.order) == AT_ONCE
        (late,) = await scene.begin(1, Urgency.LOGIN)
        await asyncio.sleep(0)
        assert refusal(late) == BUSY
        scene.end.set()
        await asyncio.gather(*tasks)
        assert len(scene.order) == AT_ONCE + WAITING_MAX
        await scene.begin(AT_ONCE, Urgency.CONFIRMATION, "after")  # and all turns are free again
        assert scene.order[-1] == f"after{AT_ONCE - 1}"

    asyncio.run(play())


def test_logins_go_first_when_confirmations_wait():
    async def play():
        scene = Scene()
        running = await scene.begin(AT_ONCE, Urgency.CONFIRMATION)
        waiting = await scene.begin(2, Urgency.CONFIRMATION, "confirmation")
        waiting += await scene.begin(1, Urgency.SIGN_UP, "signup")
        waiting += await scene.begin(2, Urgency.LOGIN, "login")
        scene.end.set()
        await asyncio.gather(*running, *waiting)
        assert scene.order[AT_ONCE:] == [
            *("login0", "login1", "signup0", "confirmation0", "confirmation1")
        ]

    asyncio.run(play())


def test_login_takes_the_place_of_a_confirmation_when_all_places_are_taken():
    async def play():
        scene = Scene()
        running = await scene.begin(AT_ONCE, Urgency.LOGIN)
        waiting = await scene.begin(WAITING_MAX, Urgency.CONFIRMATION)
        (login,) = await scene.begin(1, Urgency.LOGIN, "login")
        await asyncio.sleep(0)
        assert refusal(waiting.pop()) == BUSY
        scene.end.set()
        await asyncio.gather(*running, *waiting, login)
        assert scene.order[AT_ONCE] == "login0"

    asyncio.run(play())


@pytest.mark.parametrize("is_given", [False, True])
def test_turn_is_passed_on_when_who_waits_for_it_goes_away(is_given):
    async def play():
        scene = Scene()
        running = await scene.begin(AT_ONCE, Urgency.LOGIN)
        gone, left = await scene.begin(2, Urgency.LOGIN, "waiting")
        if is_given:
            running[0].cancel()  # its turn goes to the first that waits,
            await asyncio.sleep(0)
        gone.cancel()  # which goes away before it begins
        await asyncio.sleep(0)
        scene.end.set()
        await asyncio.gather(*running, gone, left, return_exceptions=True)
        assert "waiting1" in scene.order
        await scene.begin(AT_ONCE, Urgency.LOGIN, "after")
        assert scene.order[-1] == f"after{AT_ONCE - 1}"

    asyncio.run(play())
