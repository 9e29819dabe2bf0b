import os
import signal
import subprocess
import sys

import pytest

from ops.local import processes


def of_root():
    if not processes.can_become_nobody():
        pytest.skip("needs root and setpriv")


def test_nobody_may_read_run_and_look_for_what_lies_in_a_folder_of_roots(tmp_path):
    """PostgreSQL looks for its own programs by access(2), which forgets capabilities by default."""
    of_root()
    (tmp_path / "deep").mkdir(mode=0o700)
    program = tmp_path / "deep" / "program"
    program.write_text('#!/bin/sh\nid -un; test -x "$0" && echo runs\n')
    program.chmod(0o755)
    asks = "import os, sys; print(os.access(sys.argv[1], os.X_OK))"
    prefix = processes.as_nobody(signal.SIGINT)
    ran = subprocess.run((*prefix, str(program)), capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["nobody", "runs"]
    command = (*prefix, sys.executable, "-I", "-S", "-c", asks, str(program))
    assert subprocess.check_output(command, text=True).strip() == "True"


def test_only_what_is_held_is_asked_for(monkeypatch):
    of_root()
    monkeypatch.setattr(processes, "_read_capabilities", lambda: 0b10)
    prefix = processes.as_nobody(signal.SIGINT)
    assert "--inh-caps=+dac_override" in prefix
    assert not any("securebits" in part for part in prefix)
    subprocess.run((*prefix, "true"), check=True)
    monkeypatch.setattr(processes, "_read_capabilities", lambda: 0)
    assert not any("caps" in part for part in processes.as_nobody(signal.SIGINT))


def test_without_setpriv_there_is_no_prefix(monkeypatch):
    monkeypatch.setattr(processes, "_can_set_death_signal", lambda: False)
    assert processes.dying_with_parent(signal.SIGTERM) == ()
    assert not processes.can_become_nobody()


@pytest.mark.skipif(os.geteuid() == 0, reason="root can")
def test_ordinary_user_does_not_become_nobody():
    assert not processes.can_become_nobody()
