"""Settings of the C library's allocator: large free blocks return to the system.

glibc raises the size from which it maps a block of its own to that of the largest block that was
freed, up to 32 MB. A page of 4 MB then lies among small blocks, and its memory stays with the
process. Source: mallopt(3), M_MMAP_THRESHOLD.
"""

import ctypes
from typing import Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
OWN_BLOCK_BYTES: Final = 128 * 1024  # glibc's default, which it keeps once it is set
KEPT_FREE_BYTES: Final = 1024 * 1024


def give_back_large_blocks() -> None:
    """Fix the allocator's thresholds for this process and its forks.

    Without glibc nothing happens.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, OWN_BLOCK_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_FREE_BYTES)
