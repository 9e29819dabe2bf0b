"""Ids of a page for the objects of a file.

Objects that the page knows keep their ids; the others get ids that follow from the file.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from domain.page.uptime.shown import TOGGLE
from domain.results import ENTROPY_BYTES, make_id
from domain.runtime.page_file.document import Document

RANK_BYTES = 3


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids by kind of object.

    They are those of the page by those of a file, or the other way round.
    """

    components: Mapping[str, str]
    incidents: Mapping[str, str]
    templates: Mapping[str, str]

    def origin(self, origin: str | None) -> str | None:
        """Return the translated origin of a status; an incident that is gone gives a toggle."""
        return None if origin is None else self.incidents.get(origin, TOGGLE)


def choose_ids(page_id: str, document: Document, known_ids: Ids) -> Ids:
    """Return the page's ids by those of the file; `known_ids` are those that it has."""
    components = ((part.id, part.created_at) for part in document.components)
    # The newest incident stands first in a file, and ids ascend with time.
    incidents = ((part.id, part.posted_at) for part in reversed(document.incidents))
    templates = ((part.id, part.created_at) for part in document.templates)
    return Ids(
        {**make_ids(page_id, "c", components), **known_ids.components},
        {**make_ids(page_id, "i", incidents), **known_ids.incidents},
        {**make_ids(page_id, "t", templates), **known_ids.templates},
    )


def make_ids(
    page_id: str, prefix: str, objects: Iterable[tuple[str, datetime]]
) -> Mapping[str, str]:
    """Return ids by those of the file.

    They ascend with the times, then as the objects do. They are a function of the file, so that
    a second attempt finds the additions of the first.
    """
    ranks: Counter[int] = Counter()
    ids = {}
    for file_id, at in objects:
        millis = int(at.timestamp() * 1_000)
        digest = sha256(f"{page_id}/{prefix}/{file_id}".encode()).digest()
        entropy = ranks[millis].to_bytes(RANK_BYTES) + digest[: ENTROPY_BYTES - RANK_BYTES]
        ids[file_id] = make_id(prefix, millis, entropy)
        ranks[millis] += 1
    return ids
