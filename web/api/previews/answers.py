"""Answers about previews of writes."""

from typing import TypedDict

from domain.status import Status
from domain.store.redis.previews import ChangedLeaf, PreviewResult
from web.http.wire import Id


class ChangedComponent(TypedDict):
    """A component with another status; `was` is null for a new one."""

    id: Id
    name: str
    status: Status
    label: str
    was: Status | None


class OutlookView(TypedDict):
    """The page as it would be, and its address for a minute."""

    indicator: Status
    headline: str
    components: list[ChangedComponent]
    page: str
    change: str


def preview_view(outlook: PreviewResult, path: str) -> OutlookView:
    """Return a preview as JSON; its documents are at `path`."""
    return {
        "indicator": outlook.indicator,
        "headline": outlook.headline,
        "components": [component_view(leaf) for leaf in outlook.leaves],
        "page": path,
        "change": f"{path}?part=change",
    }


def component_view(leaf: ChangedLeaf) -> ChangedComponent:
    """Return a changed component of a preview as JSON."""
    return {
        "id": leaf.id,
        "name": leaf.name,
        "status": leaf.status,
        "label": leaf.label,
        "was": leaf.was,
    }
