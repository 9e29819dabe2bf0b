"""Readiness of this process: the log, Redis and a worker answer."""

import asyncio
from typing import TYPE_CHECKING, TypedDict

from domain.store.postgres.command_log import head_seq
from domain.store.postgres.engine import UNREACHABLE, SQLAlchemyError, run
from domain.store.redis.reader import UNREACHABLE as REDIS_UNREACHABLE
from domain.store.redis.reader import PageReader

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

LIMIT_S = 2.0
OK = "ok"
SILENT = "does not answer"
NO_TABLES = "has no tables: hepstatus migrate"
UNSEEN = "has got through no sweep lately"
UNKNOWN = "unknown, for Redis does not answer"


class Readiness(TypedDict):
    """The answer of `/readyz`: `ok`, or the problem by dependency."""

    ok: bool
    log: str
    redis: str
    worker: str


async def readiness(engine: "AsyncEngine", visits: PageReader) -> Readiness:
    """Return the state of each dependency within LIMIT_S."""
    log, (redis, worker) = await asyncio.gather(_log(engine), _redis_and_worker(visits))
    return {"ok": {log, redis, worker} == {OK}, "log": log, "redis": redis, "worker": worker}


async def _log(engine: "AsyncEngine") -> str:
    try:
        half_s = LIMIT_S / 2
        await run(engine, head_seq, "", connect_s=half_s, statement_s=half_s)
    except UNREACHABLE:
        return SILENT
    except SQLAlchemyError:
        return NO_TABLES
    return OK


async def _redis_and_worker(visits: PageReader) -> tuple[str, str]:
    try:
        was_seen = await visits.worker_was_seen()
    except REDIS_UNREACHABLE:
        return SILENT, UNKNOWN
    return OK, OK if was_seen else UNSEEN
