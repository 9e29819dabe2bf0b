"""What a program says when a setting can't be used: one sentence, and it ends."""

import os
import subprocess

import pytest

from ops.local import programs

pytestmark = pytest.mark.system

LIMIT_S = 60
PROGRAMS = {
    "web": programs.web,
    "worker": programs.worker,
    "beat": programs.beat,
    "doctor": lambda env: programs._module("doctor", ("ops.cli.main", "doctor"), env, 1.0),
}


def last_words(name, tmp_path, **given):
    """What a program says to its end, and how it ended."""
    stack = {"DATABASE_URL": "postgresql://127.0.0.1:1/d", "REDIS_URL": "redis://127.0.0.1:1/0"}
    env = {**os.environ, **stack, "HEPSTATUS_DATA_DIR": str(tmp_path), "METRICS_PORT": "0", **given}
    spec = PROGRAMS[name](env)
    done = subprocess.run(
        spec.command,
        env=spec.env,
        cwd=spec.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_ends_with_one_sentence_when_a_value_can_not_be_used(tmp_path, name):
    code, said = last_words(name, tmp_path, DATABASE_URL="ada:Tr0ub4dor@h/d")
    wanted = "DATABASE_URL must begin with postgresql:// or postgres://"
    assert (code, said.count("\n")) == (1, 1), said
    assert said.startswith(wanted)
    assert "Tr0ub4dor" not in said


def test_gunicorn_does_not_stay_up_when_it_is_to_have_no_process(tmp_path):
    said = last_words("web", tmp_path, WEB_CONCURRENCY="0")
    assert said == (1, "WEB_CONCURRENCY must be 1 or more, not 0.\n")


@pytest.mark.parametrize("name", ["web", "worker"])
def test_program_ends_with_one_sentence_when_there_is_no_stack(tmp_path, name):
    code, said = last_words(name, tmp_path, DATABASE_URL="", REDIS_URL="")
    assert (code, said.count("\n")) == (1, 1), said
    assert "make run" in said
