"""Code of an earlier day, as git keeps it: a folder from which its programs can be started."""

import subprocess
import tarfile
from pathlib import Path

from ops.local.programs import CHECKOUT

STEPS = "domain/store/postgres/migrations/versions"
_LIMIT_S = 60.0


class NoHistoryError(Exception):
    """This checkout does not hold what came before; the text says why."""


def newest_step() -> str:
    """The path of the newest migration."""
    return max(str(file.relative_to(CHECKOUT)) for file in (CHECKOUT / STEPS).glob("[0-9]*.py"))


def before_newest_step(folder: Path) -> Path:
    """Extract the last code that did not know the newest migration. Raises NoHistoryError."""
    archive = folder.with_suffix(".tar")
    _git("archive", "--format=tar", "-o", str(archive), _commit_before(newest_step()))
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder


def _commit_before(path: str) -> str:
    """The commit before the one that brought a file to this branch, be it by a merge."""
    if _git("rev-parse", "--show-prefix"):
        raise NoHistoryError("the checkout is no repository of its own")
    if not _git("ls-tree", "--name-only", "HEAD", path):
        return "HEAD"  # the file is not committed yet
    found = _git(
        "log", "-1", "-m", "--first-parent", "--diff-filter=A", "--format=%H %P", "--", path
    )
    _, *parents = found.split()
    if not parents:
        raise NoHistoryError(
            f"the clone knows nothing from before {Path(path).name}: is it shallow?"
        )
    return parents[0]


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
