"""A real page whose drains are driven by hand: appended to, drained, killed, swept, looked at."""

import json
from contextlib import contextmanager, suppress
from unittest import mock

from domain.account.commands import AddPage, SetTier
from domain.page.commands import AddComponent, ChangePage
from domain.page.state import Tier
from domain.runtime.new_ids import new_id
from domain.store.postgres.accounts import create_account
from domain.store.postgres.command_log import Authority, Draft, append, head_seq, load_pending
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.publication import pages_behind
from domain.store.postgres.receipts import Receipt, receipt_at
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from workers import drain, page_stream, sweep
from workers.render.build import build_id


class Killed(BaseException):
    """The worker was killed here: nothing of ours may catch this."""


class DrainedPage:
    """A public page of a new account with these leaves, drained and published."""

    def __init__(self, *leaves: str) -> None:
        self.account_id, self.id = new_id("a"), new_id("p")
        self.leaves = {name: new_id("c") for name in leaves}
        with sync_engine().begin() as conn:
            create_account(conn, self.account_id, f"{self.account_id}@example.com", "hash")
        self.append_to_account(SetTier(Tier.PRIME))
        self.append_to_account(AddPage(self.id, "Acme", f"{self.id[2:]}.localhost"))
        drain_all(self.account_id)
        for name, leaf in self.leaves.items():
            self.append(AddComponent(leaf, name))
        self.append(ChangePage(is_public=True))
        drain_all(self.id)

    def append(self, command) -> int:
        """Acknowledge a command; returns its seq."""
        return append_as("system", "test", self.id, command).seq

    def append_to_account(self, command) -> int:
        return append_as("owner", self.account_id, self.account_id, command).seq

    def append_poison(self) -> int:
        """Acknowledge a command of a kind that no code knows."""
        with mock.patch(
            "domain.store.postgres.command_log.encode_command", return_value=("Unheard", "{}")
        ):
            return self.append(None)

    def drain(self) -> None:
        drain_all(self.id)

    def drain_one(self) -> None:
        """Drain as little as a drain may: the budget is used up at once."""
        with mock.patch.object(drain, "BUDGET_S", -1):
            drain.drain_stream(self.id)

    def drain_killed(self, where: str) -> None:
        """Drain in a worker that is killed `before_commit`, `before_publish` or `before_note`."""
        target, name = {
            "before_commit": (page_stream, "save_page"),
            "before_publish": (artifacts, "publish"),
            "before_note": (page_stream, "note_publication"),
        }[where]
        with mock.patch.object(target, name, side_effect=Killed), survived():
            drain.drain_stream(self.id)

    def sweep(self) -> bool:
        """Sweep, and drain what it would ring for of this account; False if that was nothing."""
        sweep.sweep()
        mine = {self.account_id, self.id}
        found = [stream for stream in all_behind() if stream in mine]
        for stream_id in found:
            drain.drain_stream(stream_id)
        return bool(found)

    def heal(self) -> None:
        """Sweep until nothing is behind: at most as often as there are commands."""
        for _ in range(self.head() + 5):
            if not self.sweep():
                return
        raise AssertionError("the sweep finds something behind for ever")

    def head(self) -> int:
        with sync_engine().connect() as conn:
            return head_seq(conn, self.id)

    def receipt(self, seq: int) -> Receipt:
        with sync_engine().connect() as conn:
            return receipt_at(conn, self.id, seq)

    def published(self) -> tuple[int, dict] | None:
        """The seq and status.json that visitors are served, None if Redis has nothing."""
        key = keys.page_key(self.id)
        seq, status = artifacts.cache_redis().hmget(key, ["seq", "status.json"])
        return (int(seq), json.loads(status)) if seq is not None else None

    def fields(self) -> dict[str, bytes]:
        """All that the page's hash holds, but for the epoch, and when older ones were forbidden."""
        found = artifacts.cache_redis().hgetall(keys.page_key(self.id))
        beside = (b"epoch", b"edited")
        return {name.decode(): value for name, value in found.items() if name not in beside}

    def hold(self, fields: dict[str, bytes]) -> None:
        """Put other fields in the place of the page's hash, past every guard."""
        with artifacts.cache_redis().pipeline() as at_once:
            at_once.delete(keys.page_key(self.id))
            at_once.hset(keys.page_key(self.id), mapping=fields)
            at_once.execute()


def all_behind() -> list[str]:
    """Return the streams that the sweep rings for, and the pages that repair finds."""
    with sync_engine().connect() as conn:
        pages = pages_behind(conn, build_id(), artifacts.epoch(), 100_000)
    return list(dict.fromkeys([*sweep.fetch_unsettled_streams(), *pages]))


def drain_all(stream_id: str) -> None:
    """Drain until nothing waits: on a busy machine one drain's time may be too short for it."""
    more = True
    while more:
        drain.drain_stream(stream_id)
        with sync_engine().connect() as conn:
            more = load_pending(conn, stream_id, 1)


def append_as(kind, value, stream_id, command, **more):
    """Append in a transaction of its own."""
    with sync_engine().begin() as conn:
        draft = Draft(new_id("r"), command, Authority(kind, value), stream_id, **more)
        return append(conn, draft)


@contextmanager
def survived():
    """This process plays the worker that was killed."""
    with suppress(Killed):
        yield
