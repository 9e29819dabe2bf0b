"""A web process shows gunicorn that it lives, whatever the wall clock says."""

import asyncio
import time

import uvicorn

from web.http.server import Server


def test_sign_of_life_is_given_when_the_clock_was_set_back_by_an_hour():
    signs = []

    async def note():
        signs.append(time.monotonic())

    # given a server that gave its last sign at what is now an hour ahead
    kwargs = {**Server.CONFIG_KWARGS, "callback_notify": note}
    server = uvicorn.Server(uvicorn.Config(lambda *_: None, **kwargs))
    server.last_notified = time.time() + 3_600
    # when its loop turns, then it gives another
    asyncio.run(server.on_tick(counter=0))
    assert len(signs) == 1
