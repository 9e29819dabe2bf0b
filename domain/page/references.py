"""References to leaves: an id, or a name as people read it.

Source: docs/behaviour.md, "Component references".
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from domain.page.tree import Components
from domain.status import Status
from domain.text import fold

IGNORED_MAX: Final = 20  # references that an answer names
IGNORED_CHARACTERS: Final = 120  # of each of them


def resolve(components: Components, reference: str) -> list[str]:
    """Return the ids of the leaves that match a reference.

    A reference is one id, or a name that several leaves may have. Unknown references and categories
    match none.
    """
    return match_all(components, [reference])[reference]


def resolve_all(
    components: Components, references: Iterable[tuple[str, Status]]
) -> Mapping[str, Status]:
    """Return the status of each referenced leaf; the last reference wins."""
    pairs = list(references)
    matches = match_all(components, (reference for reference, _ in pairs))
    return {leaf: status for reference, status in pairs for leaf in matches[reference]}


def match_all(components: Components, references: Iterable[str]) -> Mapping[str, list[str]]:
    """Return the ids of the leaves that match each reference, in their order."""
    leaf_ids: dict[str, list[str]] = {}
    if texts := list(references):
        for node in components.values():
            if node.is_leaf:
                leaf_ids.setdefault(fold(node.name), []).append(node.id)
    return {reference: _match(components, leaf_ids, reference) for reference in texts}


def _match(components: Components, leaf_ids: Mapping[str, list[str]], reference: str) -> list[str]:
    node = components.get(reference)
    if node is not None:
        return [node.id] if node.is_leaf else []
    return leaf_ids.get(fold(reference), [])


def find_ignored(components: Components, command: Any) -> tuple[str, ...]:  # noqa: ANN401 - any command
    """Return the references of a command that match no leaf.

    They are as they were sent, each once, `IGNORED_MAX` at most, cut to `IGNORED_CHARACTERS`.
    """
    items = getattr(command, "components", ())
    references = (item if isinstance(item, str) else item.component for item in items)
    matches = match_all(components, references)
    ignored = (reference[:IGNORED_CHARACTERS] for reference in matches if not matches[reference])
    return tuple(dict.fromkeys(ignored))[:IGNORED_MAX]
