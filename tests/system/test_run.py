"""`make run`'s program: a sentence for what is wrong, the port last, everything ended, the data
kept.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field

import psutil
import pytest

from ops.local import preflight, processes
from ops.local.programs import CHECKOUT
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

COMMAND = (sys.executable, "-m", "ops.local.run")
START_LIMIT_S = 120.0


def environment(data_dir, port):
    # One web process will do: how many are asked for is gunicorn's affair.
    given = {"HEPSTATUS_DATA_DIR": str(data_dir), "PORT": str(port), "WEB_CONCURRENCY": "1"}
    kept = {name: value for name, value in os.environ.items() if name not in NOT_KEPT}
    return {**kept, **given}


NOT_KEPT = {"DATABASE_URL", "REDIS_URL", "BROKER_URL", "CACHE_URL", "BASE_URL", "BASE_DOMAIN"}


def complaint(data_dir, port):
    """The one line that a run which can't start prints."""
    done = subprocess.run(
        COMMAND,
        env=environment(data_dir, port),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=START_LIMIT_S,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    return line


@dataclass
class Run:
    """A run in a process of its own, its output in a file."""

    data_dir: object
    port: int = field(default_factory=processes.choose_port)
    process: subprocess.Popen | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def output(self):
        return self.log.read_text()

    @property
    def log(self):
        return self.data_dir.with_suffix(".out")

    def start(self):
        """Start it, unless another test left it running."""
        if self.process is not None and self.process.poll() is None:
            return self
        with self.log.open("w") as log:
            env = environment(self.data_dir, self.port) | self.settings
            self.process = subprocess.Popen(COMMAND, env=env, cwd=CHECKOUT, stdout=log, stderr=log)
        wait_until(self._is_up_or_gone, "the run is up", START_LIMIT_S)
        assert self.process.poll() is None, self.output
        return self

    def _is_up_or_gone(self):
        return "Hep Status is running." in self.output or self.process.poll() is not None

    def family(self):
        return [self.process.pid, *processes.descendants(self.process.pid)]

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(START_LIMIT_S)

    def clean_up(self):
        if self.process is not None and self.process.poll() is None:
            self.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run for whoever calls `start`, which takes long: who need not end it leaves it running."""
    run = Run(tmp_path_factory.mktemp("run") / "data")
    yield run
    run.clean_up()


def is_answered(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_busy_port_gets_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert complaint(tmp_path / "data", port).startswith(f"Port {port} is in use")
    assert not (tmp_path / "data" / "postgres").exists()


def test_unusable_data_folder_gets_one_sentence(tmp_path):
    (tmp_path / "data").write_text("")
    assert "can't be used: File exists." in complaint(tmp_path / "data", processes.choose_port())


def test_second_run_on_the_same_data_gets_one_sentence(tmp_path):
    held = preflight.lock(tmp_path)
    try:
        assert f"already running on the data folder {tmp_path}" in complaint(
            tmp_path, processes.choose_port()
        )
    finally:
        os.close(held)


def test_port_that_is_none_gets_one_sentence(tmp_path):
    assert complaint(tmp_path / "data", "http").startswith("PORT must be a number")


@pytest.mark.slow
def test_killed_web_tier_is_back_after_a_moment(run):
    run.start()
    (web,) = [p for p in psutil.Process(run.process.pid).children() if "gunicorn" in p.cmdline()]
    web.kill()
    wait_until(
        lambda: "web ended (signal SIGKILL); starting it again" in run.output, "it is noticed"
    )
    wait_until(lambda: is_answered(run.port), "the web tier answers again")


@pytest.mark.slow
def test_run_starts_ends_in_order_and_finds_its_data_again(run):
    run.start()
    assert is_answered(run.port)
    family = run.family()
    assert "127.0.0.1 demo.localhost" in run.output
    assert run.end() == 0
    assert "stopping" in run.output
    assert [pid for pid in family if not processes.has_ended(pid)] == []
    assert not is_answered(run.port)
    made = (run.data_dir / "postgres" / "PG_VERSION").stat().st_mtime
    run.start()
    assert is_answered(run.port)
    assert (run.data_dir / "postgres" / "PG_VERSION").stat().st_mtime == made


@pytest.mark.slow
@pytest.mark.timeout(300)  # two whole starts
def test_backup_is_tried_in_a_run_that_makes_no_demo(run, tmp_path):
    # given a backup of a run with the demo
    run.start()
    file = str(tmp_path / "backup")
    operate(run, "backup", file)
    # when it is restored into a run without one, which goes on meanwhile
    other = Run(tmp_path / "other", settings={"DEMO": "off", **NO_METRICS})
    try:
        other.start()
        assert "There is no demo" in other.output
        assert operate(other, "account", "list") == ""
        operate(other, "restore", file)
        # then it shows what was backed up
        wait_until(lambda: is_shown(other.port, "demo.localhost"), "the page is published")
        assert operate(other, "account", "list") == operate(run, "account", "list")
    finally:
        other.clean_up()


NO_METRICS = {"METRICS_PORT": "0", "WORKER_METRICS_PORT": "0"}


def operate(run, *args):
    """What the operator's command prints on a run."""
    command = (sys.executable, "-m", "ops.cli.main", *args)
    env = environment(run.data_dir, run.port)
    done = subprocess.run(
        command, env=env, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def is_shown(port, host):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": host})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.mark.slow
def test_killed_run_leaves_nothing_in_the_way_of_the_next_which_ends_when_told(run):
    run.start()
    family = run.family()
    run.process.kill()
    run.process.wait()
    run.start()
    assert is_answered(run.port)
    left = [pid for pid in family if psutil.pid_exists(pid) and not processes.has_ended(pid)]
    assert left == []
    assert run.end(signal.SIGTERM) == 0
