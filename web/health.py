"""Whether this process can do its work: the log, Redis and a worker answer."""

import asyncio

from domain.store.engine import UNREACHABLE, SQLAlchemyError, run
from domain.store.log import head_seq
from domain.store.visits import UNREACHABLE as REDIS_UNREACHABLE
from web.process import Process

LIMIT_S = 2.0


async def is_ready(process: Process) -> dict[str, bool]:
    """Return, by dependency, whether it answers."""
    log, (redis, worker) = await asyncio.gather(_log_answers(process), _redis_answers(process))
    return {"log": log, "redis": redis, "worker": worker}


async def _log_answers(process: Process) -> bool:
    try:
        async with asyncio.timeout(LIMIT_S):
            await run(process.engine, head_seq, "")
    except (SQLAlchemyError, *UNREACHABLE):
        return False
    return True


async def _redis_answers(process: Process) -> tuple[bool, bool]:
    try:
        return True, await process.visits.worker_was_seen()
    except REDIS_UNREACHABLE:
        return False, False
