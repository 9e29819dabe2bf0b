"""The inbox on a real store, where a connection dies between the commit and its answer.

Source: docs/architecture.md, "An idempotency key is used once".
"""

import asyncio
from unittest import mock

import pytest

from domain.page.commands import CreateKey
from domain.runtime.new_ids import new_id
from domain.runtime.settings import load_settings
from domain.store.postgres.command_log import Authority, Draft, Idempotency, append
from tests.support.drained_page import DrainedPage
from web.process import Process
from web.writes import submit as module

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def page():
    return DrainedPage("api")


def draft(page, key):
    command = CreateKey(new_id("k"), "monitor", new_id("hash"))
    once = Idempotency("POST /keys", key, b"body") if key else None
    return Draft(new_id("r"), command, Authority("owner", page.account_id), page.id, once)


def lost_after(statement):
    """Run statements, and lose the connection once, after that one has committed."""
    run, lost = module.run, []

    async def losing(engine, called, *args):
        value = await run(engine, called, *args)
        if called is statement and not lost:
            lost.append(called)
            message = "connection lost"
            raise ConnectionResetError(message)
        return value

    return mock.patch.object(module, "run", losing)


def written(*drafts):
    """Send drafts through a process's inbox, one after the other."""

    async def sent():
        process = Process(load_settings())
        inbox = process.parts.writes.submitter
        try:
            return [await inbox.write(each, is_waiting=False) for each in drafts]
        finally:
            await process.stop()

    return asyncio.run(sent())


@pytest.mark.parametrize("key", ["once", None])
def test_write_is_its_own_when_the_connection_died_after_the_commit(page, key):
    before, asked = page.head(), draft(page, key)
    with lost_after(append):
        (found,) = written(asked)
    # then it is there once, and is told as what it is: the first, with its secret
    assert page.head() == before + 1
    assert (found.receipt_id, found.is_repeat) == (asked.id, False)


def test_write_is_a_repeat_when_another_used_its_key_before(page):
    first, second = draft(page, "once"), draft(page, "once")
    with lost_after(append):
        told = written(first, second)
    assert [each.receipt_id for each in told] == [first.id, first.id]
    assert [each.is_repeat for each in told] == [False, True]
