"""Code of an earlier day, as git keeps it: a folder from which its programs can be started."""

import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.local.programs import CHECKOUT

STEPS = "domain/store/postgres/migrations/versions"
SHARED = "origin/main"  # what was handed in, where there is somewhere to hand in
_LIMIT_S = 60.0


class NoHistoryError(Exception):
    """This checkout does not hold what came before; the text says why."""


def code_before(folder: Path, find_commit: Callable[[], str]) -> Path:
    """Extract the code of a commit. Without history: fail in CI, skip elsewhere."""
    try:
        return code_of(find_commit(), folder)
    except NoHistoryError as reason:
        sentence = f"needs the code of an earlier commit: {reason}"
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI {sentence}")
        pytest.skip(sentence)


def code_of(commit: str, folder: Path) -> Path:
    """Extract the code of a commit. Raises NoHistoryError."""
    archive = folder.with_suffix(".tar")
    _git("archive", "--format=tar", "-o", str(archive), commit)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder


def newest_step() -> str:
    """The path of the newest migration."""
    return max(str(file.relative_to(CHECKOUT)) for file in (CHECKOUT / STEPS).glob("[0-9]*.py"))


def before_newest_step() -> str:
    """The last commit that did not know the newest migration. Raises NoHistoryError."""
    _assert_own_repository()
    path = newest_step()
    if not _git("ls-tree", "--name-only", "HEAD", path):
        return "HEAD"  # the file is not committed yet
    found = _git(
        "log", "-1", "-m", "--first-parent", "--diff-filter=A", "--format=%H %P", "--", path
    )
    _, *parents = found.split()
    if not parents:
        raise NoHistoryError(f"nothing is known from before {Path(path).name}: is it shallow?")
    return parents[0]


def last_handed_in() -> str:
    """The commit that what is here builds on. Raises NoHistoryError.

    That is where it left the shared branch; on that branch itself, the commit before.
    """
    _assert_own_repository()
    try:
        shared = _git("merge-base", "HEAD", SHARED)
    except NoHistoryError:  # a clone without that branch
        shared = ""
    return shared if shared not in {"", _git("rev-parse", "HEAD")} else _parent()


def _parent() -> str:
    _, *parents = _git("rev-list", "--parents", "-1", "HEAD").split()
    if not parents:
        raise NoHistoryError("HEAD has no parent here: is the clone shallow?")
    return parents[0]


def _assert_own_repository() -> None:
    if _git("rev-parse", "--show-prefix"):
        raise NoHistoryError("the checkout is no repository of its own")


def _git(*arguments: str) -> str:
    """What git says. Raises NoHistoryError where there is no git, or no repository."""
    try:
        done = subprocess.run(
            ("git", *arguments),
            cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=_LIMIT_S,
        )  # fmt: skip
    except FileNotFoundError:
        raise NoHistoryError("there is no git here") from None
    except subprocess.CalledProcessError as error:
        raise NoHistoryError(f"git {arguments[0]}: {error.stderr.strip()}") from error
    return done.stdout.strip()
