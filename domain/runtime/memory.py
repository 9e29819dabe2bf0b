"""Memory of a process: garbage while it loads, large blocks when they are free.

glibc raises the size from which it maps a block of its own to that of the largest block that was
freed, up to 32 MB. A page of 4 MB then lies among small blocks, and its memory stays with the
process. Source: mallopt(3), M_MMAP_THRESHOLD.
"""

import ctypes
import gc
from typing import Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
OWN_BLOCK_BYTES: Final = 128 * 1024  # glibc's default, which it keeps once it is set
KEPT_FREE_BYTES: Final = 1024 * 1024


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
