"""Answers about previews of writes."""

from domain.status import Status
from domain.store.redis.previews import PreviewResult
from web.http.wire import Answer, Id, to_answer


class ChangedComponent(Answer, frozen=True):
    """A component with another status; `was` is null for a new one."""

    id: Id
    name: str
    status: Status
    label: str
    was: Status | None


class OutlookView(Answer, frozen=True):
    """The page as it would be, and its address for a minute."""

    indicator: Status
    headline: str
    components: list[ChangedComponent]
    page: str
    change: str


def preview_view(outlook: PreviewResult, path: str) -> OutlookView:
    """Return a preview as JSON; its documents are at `path`."""
    components = [to_answer(ChangedComponent, leaf) for leaf in outlook.leaves]
    change = f"{path}?part=change"
    return to_answer(OutlookView, outlook, components=components, page=path, change=change)
