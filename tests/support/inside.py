"""This process as a program of a system: its store's modules speak to that system for a while.

Starting a process to say one thing takes seconds, most of them for imports.
"""

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING
from unittest.mock import patch

from domain.runtime import settings
from domain.store import broker as doorbell
from domain.store import work_queue
from domain.store.postgres import engine as store_engine
from domain.store.redis import publisher as artifacts
from workers.render import build

if TYPE_CHECKING:
    from tests.support.stack import System

STORE_VARIABLES = ("DATABASE_URL", "REDIS_URL", "BASE_DOMAIN", "BASE_URL", "HEPSTATUS_DATA_DIR")
ALL_VARIABLES = (*STORE_VARIABLES, "BROKER_URL", "CACHE_URL")


def forget_settings() -> None:
    """Let the next caller read the environment anew: these are read once a process."""
    for cached in (
        settings.load_settings,
        store_engine.sync_engine,
        artifacts.cache_redis,
        artifacts._script,
        doorbell.worker_task_sender,
        work_queue.work_queue,
        build.build_id,
    ):
        cached.cache_clear()


def leave_stack() -> None:
    """Close this process's connections and forget which stack they led to."""
    if store_engine.sync_engine.cache_info().currsize:
        store_engine.sync_engine().dispose()
    forget_settings()


@contextmanager
def inside(system: "System", env: Mapping[str, str] | None = None) -> Iterator[None]:
    """Make the store's modules in this process speak to `system`, as a worker of its own would.

    `env` is what such a worker would be told besides.
    """
    given = {name: system.env[name] for name in ALL_VARIABLES} | dict(env or {})
    before = {name: os.environ.get(name) for name in given}
    leave_stack()
    os.environ.update(given)
    try:
        yield
    finally:
        leave_stack()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def hepstatus(
    system: "System", *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[str]:
    """Run the operator's command by its entry point, here.

    What it does not make a sentence of is raised, as a process would show a traceback.
    """
    from ops.cli.main import main

    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        inside(system, env),
        patch.object(sys, "argv", ["hepstatus", *args]),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ending:
            code = ending.code
    if isinstance(code, str):  # the interpreter would print it and end with 1
        err.write(f"{code}\n")
        code = 1
    return subprocess.CompletedProcess(args, int(code or 0), out.getvalue(), err.getvalue())
