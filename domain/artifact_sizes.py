"""How many bytes what a page says may take: every number in one place, each with its reason."""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# Of a worker process: the messages of some ten of the largest pages, texts included.
RENDERED_CACHE_BYTES: Final = 8 * MIB
