"""The order in which a process parses what its connections sent."""

import asyncio
from collections.abc import Callable

import pytest

from web.http.parse_queue import AT_ONCE, CROWD, ParseQueue

Parse = Callable[[object], Callable[[], None]]  # makes what notes that a request was parsed


def order(add: Callable[[ParseQueue, Parse], None], count: int) -> list[object]:
    """What was noted, in order, once so much was."""
    noted: list[object] = []

    async def run() -> None:
        is_over = asyncio.Event()

        def note(what: object) -> None:
            noted.append(what)
            if len(noted) == count:
                is_over.set()

        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: note("raised"))
        add(ParseQueue(loop), lambda what: lambda: note(what))
        await asyncio.wait_for(is_over.wait(), 20)

    asyncio.run(run())
    return noted


def in_time(count: int) -> list[object]:
    """Line up so many requests that are not paced."""

    def add(queue: ParseQueue, parse: Parse) -> None:
        for number in range(count):
            queue.add(parse(number), is_paced=False)

    return order(add, count)


def test_requests_are_parsed_in_order_when_few_wait():
    assert in_time(CROWD) == list(range(CROWD))


def test_newest_request_is_parsed_first_when_a_crowd_waits():
    parsed = in_time(10 * CROWD)
    assert parsed[0] == 10 * CROWD - 1
    assert sorted(parsed) == list(range(10 * CROWD))  # and none is forgotten


@pytest.mark.parametrize("is_paced", [False, True])
def test_others_have_their_turns_when_one_raises(is_paced):
    def add(queue: ParseQueue, parse: Parse) -> None:
        queue.add(lambda: 1 / 0, is_paced=is_paced)
        for _ in range(AT_ONCE):
            queue.add(parse("parsed"), is_paced=is_paced)

    assert sorted(order(add, AT_ONCE + 1)) == ["parsed"] * AT_ONCE + ["raised"]


def test_others_are_parsed_first_when_requests_are_paced():
    def add(queue: ParseQueue, parse: Parse) -> None:
        for _ in range(3):
            queue.add(parse("paced"), is_paced=True)
        queue.add(parse("in time"), is_paced=False)

    assert order(add, 4) == ["in time", "paced", "paced", "paced"]
