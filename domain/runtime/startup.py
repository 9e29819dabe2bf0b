"""The start of a main process: its memory, and the folder of its metrics.

The folder's name has to be in the environment before `prometheus_client` is imported; children
inherit it, and each writes files of its own.

glibc raises the size from which it maps a block of its own to that of the largest block that was
freed, up to 32 MB. A page of 4 MB then lies among small blocks, and its memory stays with the
process. Source: mallopt(3), M_MMAP_THRESHOLD.
"""

import ctypes
import gc
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from domain.runtime.settings import Settings

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
OWN_BLOCK_BYTES: Final = 128 * 1024  # glibc's default, which it keeps once it is set
KEPT_FREE_BYTES: Final = 1024 * 1024
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# The pid that created the folder: the same process keeps it when it reads its settings again.
OWNER = "HEPSTATUS_METRICS_OWNER"


def start_loading() -> None:
    """Collect no garbage while modules are imported: it took a fifth of a program's start."""
    gc.disable()


def end_loading() -> None:
    """Collect garbage again, except among the objects that are loaded by now."""
    gc.freeze()
    gc.enable()


def return_large_blocks() -> None:
    """Fix the thresholds of this process and those that it forks; elsewhere than glibc nothing."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, OWN_BLOCK_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_FREE_BYTES)


def create_metrics_folder(role: str, settings: Settings) -> None:
    """Create the empty metrics folder of a main process, unless it exists.

    Folders of main processes that have ended are removed.
    """
    if os.environ.get(OWNER) == str(os.getpid()):
        return
    if "prometheus_client" in sys.modules:
        message = "the folder of metrics has to be named before prometheus_client is imported"
        raise RuntimeError(message)
    parent = ensure_folder(Path(settings.data_dir).absolute() / "metrics")
    remove_stale_folders(parent, role)
    folder = parent / f"{role}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ[VARIABLE], os.environ[OWNER] = str(folder), str(os.getpid())


def ensure_folder(folder: Path) -> Path:
    """Return an existing folder: `folder`, or a temporary one if it can't be created."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="hepstatus-metrics-"))
    return folder


def remove_stale_folders(parent: Path, role: str) -> None:
    """Remove the folders of this role's main processes that were killed."""
    for folder in parent.glob(f"{role}-*"):
        pid = folder.name.removeprefix(f"{role}-")
        if pid.isdigit() and not is_running(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def is_running(pid: int) -> bool:
    """Tell whether a process of this id exists."""
    with suppress(ProcessLookupError):
        with suppress(PermissionError):
            os.kill(pid, 0)
        return True
    return False


def remove_metrics_folder() -> None:
    """Remove the folder of this main process at its end."""
    if os.environ.get(OWNER) == str(os.getpid()):
        shutil.rmtree(os.environ[VARIABLE], ignore_errors=True)
