"""Readiness of this process: the log, Redis and a worker answer."""

import asyncio
from typing import TypedDict

from domain.store.postgres.command_log import head_seq
from domain.store.postgres.engine import UNREACHABLE, SQLAlchemyError, run
from domain.store.redis.reader import UNREACHABLE as REDIS_UNREACHABLE
from web.process import Process

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


async def readiness(process: Process) -> Readiness:
    """Return the state of each dependency within LIMIT_S."""
    log, (redis, worker) = await asyncio.gather(_log(process), _redis_and_worker(process))
    return {"ok": {log, redis, worker} == {OK}, "log": log, "redis": redis, "worker": worker}


async def _log(process: Process) -> str:
    try:
        half_s = LIMIT_S / 2
        await run(process.engine, head_seq, "", connect_s=half_s, statement_s=half_s)
    except UNREACHABLE:
        return SILENT
    except SQLAlchemyError:
        return NO_TABLES
    return OK


async def _redis_and_worker(process: Process) -> tuple[str, str]:
    try:
        was_seen = await process.page_cache.visits.worker_was_seen()
    except REDIS_UNREACHABLE:
        return SILENT, UNKNOWN
    return OK, OK if was_seen else UNSEEN
