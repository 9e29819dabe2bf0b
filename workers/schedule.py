"""The schedule of beat: tasks and their intervals."""

from typing import Any

CLEAN_S = 600
ARCHIVE_S = 3_600  # beat keeps no state: if it restarts daily, a daily task never runs
MOUNTS_S = 2.0  # maximal delay of a DNS lookup
CLOCK_S = 1.0  # maximal delay of a maintenance's start and end


def schedule(sweep_s: float) -> dict[str, dict[str, Any]]:
    """Return the schedule of beat.

    Sweep and clock never wait behind the drains of a storm: a worker reads its queues in turn.
    """
    return {
        "sweep": _every(sweep_s, "sweep", "beat"),
        "clock": _every(CLOCK_S, "clock", "beat"),
        "archive": _every(ARCHIVE_S, "archive", "beat"),
        "mounts": _every(MOUNTS_S, "check_mounts", "mounts"),
        "clean": _every(CLEAN_S, "clean", "beat"),
    }


def _every(seconds: float, task: str, queue: str) -> dict[str, Any]:
    # No `expires`: it compares the clocks of two machines. workers/celery_patches/scheduler.py
    # limits the messages that wait.
    return {
        "task": task,
        "schedule": seconds,
        "options": {"queue": queue, "ignore_result": True},
    }
