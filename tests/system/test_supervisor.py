"""One supervisor keeps its children alive, ends them in order and touches nobody else; trivial
children.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ops.local import processes
from ops.local.child import Child, ChildSpec, Ending, LogFolder
from ops.local.supervisor import RESTART_AFTER_S, ChildrenFile, Supervisor
from ops.operator_error import CannotRunError
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

SLEEPER = ("sleep", "1000")
# Says that its trap is set by making the file, then hears nothing.
DEAF = ("sh", "-c", "trap '' TERM; : > ready; while :; do sleep 0.05; done")
WITH_A_CHILD = ("sh", "-c", "sleep 1000 & echo $! > grandchild; wait")

# A supervisor in a process of its own, so that it can be signalled and killed.
SUPERVISOR = """
import json, os, sys
from pathlib import Path
from signal import SIGTERM
from ops.local import processes
from ops.local.child import Child, ChildSpec, Ending
from ops.local.child import PrefixedOutput, say
from ops.local.supervisor import ChildrenFile
from ops.local.supervisor import Supervisor

folder = Path(sys.argv[1])
os.environ["HEPSTATUS_DATA_DIR"] = str(folder)
processes.raise_on_stop()
supervisor = Supervisor(ChildrenFile(folder), lambda line: say("hep", line))
output = PrefixedOutput()
try:
    for name, command in json.loads(sys.argv[2]).items():
        spec = ChildSpec(name, tuple(command), os.environ, folder, (Ending(SIGTERM, 1.0),))
        Child(spec, output.open, supervisor.adopt).start()
    (folder / "up").touch()
    supervisor.watch()
except processes.StopRequested:
    pass
finally:
    processes.ignore_further()
    supervisor.stop_all()
"""


@pytest.fixture
def stranger():
    """A process that the supervisor did not start, though it looks like one of its children."""
    with subprocess.Popen(SLEEPER, start_new_session=True) as process:
        yield process
        assert process.poll() is None, "somebody ended a stranger"
        process.kill()


@pytest.fixture
def reports():
    return []


@pytest.fixture
def supervisor(tmp_path, reports):
    supervisor = Supervisor(ChildrenFile(tmp_path), reports.append)
    yield supervisor
    supervisor.stop_all()


@pytest.fixture
def start(tmp_path, supervisor):
    def start(name, command, *endings, before_start=None):
        asked = endings or (Ending(signal.SIGTERM, 5.0),)
        env = {**os.environ, "HEPSTATUS_DATA_DIR": str(tmp_path)}
        spec = ChildSpec(name, command, env, tmp_path, asked, before_start)
        child = Child(spec, LogFolder(tmp_path / "log").open, supervisor.adopt)
        child.start()
        return child

    return start


@pytest.fixture
def own_supervisor(tmp_path):
    """Starts a supervisor in a process of its own; whatever it leaves is killed at the end."""
    started = []

    def start(children, folder=tmp_path):
        command = (sys.executable, "-c", SUPERVISOR, str(folder), json.dumps(children))
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        wait_until((folder / "up").exists, "the supervisor is up")
        return process

    yield start
    for process in started:
        for pid in (process.pid, *pids(tmp_path)):
            if not processes.has_ended(pid):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


def pids(folder):
    return [entry["pid"] for entry in json.loads((folder / "children.json").read_text())]


def written_pid(path: Path) -> int:
    wait_until(lambda: path.exists() and path.read_text().strip() != "", f"{path.name} is written")
    return int(path.read_text())


def look_until(supervisor, condition):
    def looked():
        supervisor.check_children(time.monotonic())
        return condition()

    wait_until(looked, "the supervisor has seen to it")


def test_every_child_has_a_session_of_its_own(start):
    one, two = start("one", SLEEPER), start("two", SLEEPER)
    assert os.getsid(one.pid) == one.pid
    assert os.getsid(two.pid) == two.pid


def test_dead_child_is_restarted_after_a_second_with_one_line(start, supervisor, reports):
    child = start("worker", SLEEPER)
    first = child.pid
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not child.is_running, "the child is dead")
    died = time.monotonic()
    look_until(supervisor, lambda: child.is_running)
    assert time.monotonic() - died >= RESTART_AFTER_S
    assert child.pid != first
    assert reports == ["worker ended (signal SIGKILL); starting it again"]


def test_child_that_ends_by_itself_is_restarted_again_and_again(
    tmp_path, start, supervisor, reports
):
    start("beat", ("sh", "-c", "echo x >> starts; exit 3"))
    (tmp_path / "starts").touch()
    look_until(supervisor, lambda: len((tmp_path / "starts").read_text().split()) >= 3)
    assert set(reports) == {"beat ended (exit code 3); starting it again"}


def test_child_that_cannot_be_restarted_is_tried_again(start, supervisor, reports):
    obstacles = []

    def before_start():
        if obstacles:
            raise CannotRunError(obstacles.pop())

    child = start("redis", SLEEPER, before_start=before_start)
    obstacles.append("In the way.")
    child.kill_main()
    look_until(supervisor, lambda: child.is_running)
    assert reports == ["redis ended (signal SIGKILL); starting it again", "In the way."]


def test_what_a_dead_child_left_in_its_session_is_gone_before_the_restart(
    tmp_path, start, supervisor
):
    child = start("web", WITH_A_CHILD)
    orphan = written_pid(tmp_path / "grandchild")
    child.kill_main()
    assert not processes.has_ended(orphan)
    supervisor.check_children(time.monotonic())
    wait_until(lambda: processes.has_ended(orphan), "the grandchild is gone")


def test_children_are_ended_in_reverse_order_each_after_the_one_before(tmp_path, start, supervisor):
    for name in ("postgres", "redis", "worker", "beat", "web"):
        wait = "sleep 0.1; " if name == "web" else ""
        trap = f"trap '{wait}echo {name} >> ended; exit 0' TERM"
        start(name, ("sh", "-c", f"{trap}; : > {name}.up; while :; do sleep 0.02; done"))
        wait_until((tmp_path / f"{name}.up").exists, f"{name} is up")
    supervisor.stop_all()
    ended = (tmp_path / "ended").read_text().split()
    assert ended == ["web", "beat", "worker", "redis", "postgres"]


def test_only_the_main_process_is_asked_to_end(tmp_path, start, supervisor):
    """Celery's pool must finish its tasks: a signal to the group would interrupt them."""
    inner = "trap 'echo asked > inner' TERM; : > inner.up; sleep 0.2; sleep 0.2; sleep 0.2"
    outer = f'trap : TERM; sh -c "{inner}" & wait; wait; echo done > outer'
    start("worker", ("sh", "-c", outer))
    wait_until((tmp_path / "inner.up").exists, "the task is running")
    supervisor.stop_all()
    assert (tmp_path / "outer").read_text() == "done\n"
    assert not (tmp_path / "inner").exists()


def test_deaf_child_is_killed_after_its_limit(tmp_path, start, supervisor):
    child = start("worker", DEAF, Ending(signal.SIGTERM, 0.3))
    wait_until((tmp_path / "ready").exists, "the child is deaf")
    supervisor.stop_all()
    assert child.reap() == -signal.SIGKILL


def test_frozen_child_is_ended_too(start, supervisor):
    child = start("redis", SLEEPER)
    child.freeze()
    wait_until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_STOPPED, "it is frozen")
    supervisor.stop_all()
    assert child.reap() == -signal.SIGTERM


def test_program_that_is_not_there_gets_a_sentence(monkeypatch, start):
    monkeypatch.setattr("ops.local.child.dying_with_parent", lambda _how: ())
    with pytest.raises(CannotRunError, match=r"web can't be started: .*no-such-program"):
        start("web", ("no-such-program",))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_all_that_was_started_and_nobody_else(
    tmp_path, own_supervisor, stranger, number
):
    process = own_supervisor({"one": SLEEPER, "two": WITH_A_CHILD})
    ours = [*pids(tmp_path), written_pid(tmp_path / "grandchild")]
    process.send_signal(number)
    assert process.wait(20) == 0
    assert all(processes.has_ended(pid) for pid in ours)
    assert pids(tmp_path) == []
    assert stranger.poll() is None


def test_children_die_with_a_supervisor_that_is_killed(tmp_path, own_supervisor):
    if not processes.dying_with_parent(signal.SIGTERM):
        pytest.skip("this system can't tie a child's life to its parent's")
    process = own_supervisor({"one": SLEEPER, "two": SLEEPER})
    process.kill()
    process.wait()
    for pid in pids(tmp_path):
        wait_until(lambda pid=pid: processes.has_ended(pid), "the child went with it")


def test_next_run_ends_what_a_killed_supervisor_left(tmp_path, own_supervisor, stranger):
    process = own_supervisor({"one": DEAF, "two": SLEEPER})
    wait_until((tmp_path / "ready").exists, "the child is deaf")
    deaf = pids(tmp_path)[0]
    process.kill()
    process.wait()
    assert not processes.has_ended(deaf)
    assert "one" in ChildrenFile(tmp_path).end_orphans()
    wait_until(lambda: processes.has_ended(deaf), "the orphan is gone")
    assert ChildrenFile(tmp_path).end_orphans() == []


def test_next_run_ends_what_is_left_of_a_dead_childs_session(tmp_path, start):
    child = start("worker", WITH_A_CHILD)
    orphan = written_pid(tmp_path / "grandchild")
    child.kill_main()
    assert ChildrenFile(tmp_path).end_orphans() == ["worker"]
    wait_until(lambda: processes.has_ended(orphan), "the orphan is gone")


@pytest.mark.parametrize("seconds", [-60, 60])
def test_stranger_with_the_number_of_a_dead_child_is_left_alone(tmp_path, stranger, seconds):
    entry = {
        "name": "web",
        "pid": stranger.pid,
        "started": psutil.Process(stranger.pid).create_time() + seconds,
        "endings": [{"signal": int(signal.SIGTERM), "limit_s": 1.0}],
    }
    (tmp_path / "children.json").write_text(json.dumps([entry]))
    assert ChildrenFile(tmp_path).end_orphans() == []
    assert stranger.poll() is None


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", '[{"name": "web"}]', '[{"pid": "1"}]'])
def test_ledger_that_cannot_be_read_names_nobody(tmp_path, text):
    (tmp_path / "children.json").write_text(text)
    assert ChildrenFile(tmp_path).end_orphans() == []
