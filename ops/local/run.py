"""The program of `make run`: check, start everything in order, print addresses, wait.

The port opens last, after a worker has drained a probe: a client that can connect can write.
"""

import http.client
import os
import sys
import traceback
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ops.local import preflight, processes, programs
from ops.local.child import Child, ChildSpec, LogFolder, PrefixedOutput, say
from ops.local.embedded.stack import EmbeddedStack
from ops.local.processes import LOOPBACK
from ops.local.supervisor import ChildrenFile, Supervisor
from ops.local.welcome import build_welcome
from ops.operator_error import CannotRunError

if TYPE_CHECKING:
    from ops.local.demo import DemoAccess

_DRAIN_LIMIT_S = 60.0
_PUBLISH_LIMIT_S = 10.0
_WEB_LIMIT_S = 60.0
_ANSWER_LIMIT_S = 2.0
_NAME = "hep"


@dataclass(frozen=True, slots=True)
class _Run:
    """The shared state of a run's steps."""

    data_dir: Path
    port: int
    supervisor: Supervisor
    output: PrefixedOutput

    def start(self, spec: ChildSpec) -> Child:
        """Start a child under the supervisor."""
        child = Child(spec, self.output.open, self.supervisor.adopt)
        child.start()
        return child


def main() -> int:
    """Run until stopped; return the exit code.

    0 after a stop signal, 1 if it could not run.
    """
    try:
        processes.raise_on_stop()
        run = _prepare(os.environ)
    except CannotRunError as error:
        return _print_error(str(error))
    except processes.StopRequested:
        return 0
    return _run_and_stop(run)


def _prepare(env: MutableMapping[str, str]) -> _Run:
    """Check everything before any start, and complete the environment."""
    preflight.check_python()
    preflight.check_libraries()
    port = preflight.parse_port(env)
    preflight.check_settings(env)
    data_dir = preflight.prepare(
        Path(env.get(preflight.DATA_DIR_VARIABLE) or preflight.DEFAULT_DATA_DIR)
    )
    preflight.lock(data_dir)
    env[preflight.DATA_DIR_VARIABLE] = str(data_dir)
    env["PORT"] = str(port)
    env["BASE_DOMAIN"] = env.get("BASE_DOMAIN") or "localhost"
    env["BASE_URL"] = env.get("BASE_URL") or f"http://localhost:{port}"
    if env["BASE_DOMAIN"].lower() == "localhost":
        env["OUTBOX"] = env.get("OUTBOX") or "on"
    return _Run(data_dir, port, Supervisor(ChildrenFile(data_dir), _say), PrefixedOutput())


def _run_and_stop(run: _Run) -> int:
    """Start and watch; in any case, end the children in order."""
    try:
        _start(run)
        run.supervisor.watch()
    except processes.StopRequested:
        _say("stopping: each part is ended in order, which can take half a minute ...")
        code = 0
    except CannotRunError as error:
        code = _print_error(str(error))
    except Exception as error:  # noqa: BLE001 - a sentence; the log has the rest
        code = _print_error(_log_defect(run.data_dir, error))
    finally:
        processes.ignore_further()
        run.supervisor.stop_all()
    if code == 0:
        _say(f"everything is stopped; the data stays in {run.data_dir}")
    return code


def _start(run: _Run) -> None:
    for name in ChildrenFile(run.data_dir).end_orphans():
        _say(f"{name} was left over from a run that ended suddenly; ended it")
    preflight.check_port(run.port)
    for notice in preflight.notices():
        _say(notice)
    _say(f"starting on the data in {run.data_dir} ...")
    _start_stack(run)
    _migrate()
    _start_workers(run)
    access = _seed()
    _wait_for_pages()
    _start_web(run)
    base_url = os.environ["BASE_URL"].rstrip("/")
    print(build_welcome(access, base_url, run.data_dir), flush=True)


def _start_stack(run: _Run) -> None:
    stack = EmbeddedStack(
        run.data_dir,
        database_url=os.environ.get("DATABASE_URL") or None,
        redis_url=os.environ.get("REDIS_URL") or None,
        on_start=run.supervisor.adopt,
    )
    urls = stack.start()
    os.environ["DATABASE_URL"] = urls.database_url
    os.environ["REDIS_URL"] = urls.redis_url


def _migrate() -> None:
    # Here and below: our own modules read the environment at import, and it is complete only now.
    from domain.store.postgres.migrations import migrate

    migrate(os.environ["DATABASE_URL"])


def _start_workers(run: _Run) -> None:
    run.start(programs.worker(os.environ))
    run.start(programs.beat(os.environ))
    run.start(programs.notify(os.environ))
    if not programs.wait_until_drained(_DRAIN_LIMIT_S):
        raise CannotRunError(
            f"The worker did not drain within {_DRAIN_LIMIT_S:.0f} s{_last_line(run, 'worker')}."
        )


def _seed() -> "DemoAccess | None":
    from domain.runtime.settings import load_settings
    from ops.local.demo import seed_demo

    return seed_demo() if load_settings().demo else None


def _wait_for_pages() -> None:
    # With very many pages the port opens anyway; the rest is published later.
    programs.wait_until_published(_PUBLISH_LIMIT_S)


def _start_web(run: _Run) -> None:
    web = run.start(programs.web(os.environ))
    if not processes.wait_until(lambda: _is_healthy(run.port) or not web.is_running, _WEB_LIMIT_S):
        raise CannotRunError(f"The web tier does not answer{_last_line(run, 'web')}.")
    if not web.is_running:
        raise CannotRunError(f"The web tier ended{_last_line(run, 'web')}.")


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_ANSWER_LIMIT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _last_line(run: _Run, name: str) -> str:
    lines = run.output.last_lines(name)
    return f"; its last line: {lines[-1].strip()}" if lines else ""


def _log_defect(data_dir: Path, error: Exception) -> str:
    log = LogFolder(data_dir / "log")
    os.close(log.open("run"))
    with log.path("run").open("a") as file:
        file.write("".join(traceback.format_exception(error)))
    first_line = (str(error).strip().splitlines() or ["no message"])[0]
    kind = type(error).__name__
    return f"Hep Status could not be started: {kind}: {first_line} ({log.path('run')} has more)"


def _print_error(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return 1


def _say(line: str) -> None:
    say(_NAME, line)


if __name__ == "__main__":
    sys.exit(main())
