"""What beat asks for and how often."""

from typing import Any

CLEAN_S = 600
ARCHIVE_S = 3_600  # beat remembers nothing: a daily task would never come if beat restarts daily
MOUNTS_S = 2.0  # how late a lookup in DNS may begin
CLOCK_S = 1.0  # how late a maintenance shows that it started or ended, at most


def schedule(sweep_s: float) -> dict[str, dict[str, Any]]:
    """Return beat's table.

    Sweep and clock never wait behind the drains of a storm: a worker takes from its queues in turn.
    """
    return {
        "sweep": _every(sweep_s, "sweep", "beat"),
        "clock": _every(CLOCK_S, "clock", "beat"),
        "archive": _every(ARCHIVE_S, "archive", "beat"),
        "mounts": _every(MOUNTS_S, "check_mounts", "mounts"),
        "clean": _every(CLEAN_S, "clean", "beat"),
    }


def _every(seconds: float, task: str, queue: str) -> dict[str, Any]:
    # Nothing expires: that compares the clocks of two machines. workers/celery_patches/scheduler.py
    # bounds what waits.
    return {
        "task": task,
        "schedule": seconds,
        "options": {"queue": queue, "ignore_result": True},
    }
