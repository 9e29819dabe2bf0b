"""The file of a backup: it appears when it is whole, over nothing, and halves do not stay."""

import subprocess
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest

from domain.store.postgres import backup as backups
from domain.store.postgres.engine import sync_engine
from tests.support.inside import hepstatus, inside

pytestmark = pytest.mark.system

PROGRAM = (sys.executable, "-m", "ops.cli.main")


def test_older_backup_stays_when_another_is_to_have_its_name(system, tmp_path):
    # given a backup
    file = tmp_path / "daily"
    assert hepstatus(system, "backup", str(file)).returncode == 0
    held = file.read_bytes()
    # when another is made by the same name, then it is refused
    said = hepstatus(system, "backup", str(file))
    assert (said.returncode, "is there already" in said.stderr) == (1, True), said.stderr
    # and the first is as it was
    assert file.read_bytes() == held
    assert list(tmp_path.iterdir()) == [file]


def test_one_is_whole_and_one_refused_when_two_are_to_have_one_name(system, tmp_path):
    file, both = tmp_path / "one.zip", threading.Barrier(2, timeout=30)
    copy = backups.write_tables

    def together(archive):
        both.wait()  # each has found that the name is free
        return copy(archive)

    # when both write at once
    with inside(system), patch.object(backups, "write_tables", together):
        sync_engine()  # one for both
        pool = ThreadPoolExecutor(2)
        tries = [pool.submit(backups.backup, file) for _ in range(2)]
        pool.shutdown()
    # then one has the name, with nothing of the other in it, and no half is left
    ends = [type(one.exception()) for one in tries]
    assert sorted(ends, key=str) == [FileExistsError, type(None)]
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
    assert list(tmp_path.iterdir()) == [file]


def test_nothing_is_left_behind_when_a_backup_fails(system, tmp_path):
    # given a disk that takes no more than a kilobyte, and a Postgres that is not there
    file = str(tmp_path / "one")
    full = ("/bin/sh", "-c", 'ulimit -f 2; exec "$@"', "sh", *PROGRAM, "backup", file)
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    # when a backup is made, then a sentence says why there is none
    said = subprocess.run(full, env=system.env, capture_output=True, text=True, check=False)
    assert (said.returncode, "can't be written" in said.stderr) == (1, True), said.stderr
    assert list(tmp_path.iterdir()) == []
    said = hepstatus(system, "backup", file, env=nowhere)
    assert (said.returncode, "there is no backup" in said.stderr) == (1, True), said.stderr
    # and nothing of it stays, for it would hold hashes
    assert list(tmp_path.iterdir()) == []
