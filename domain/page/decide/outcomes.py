"""Shared parts of decisions: claims, statuses, rejections and remarks."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.page import commands as c
from domain.page import events as e
from domain.page.origin import Word, origins
from domain.page.references import find_ignored
from domain.page.state import Incident, Page
from domain.results import Code, Rejection, Remarks
from domain.status import Status


def not_found(what: str) -> Rejection:
    """Return the rejection of an unknown id; the argument names its kind."""
    return Rejection(Code.NOT_FOUND, f"This page has no such {what}.")


def invalid(field: str, sentence: str) -> Rejection:
    """Return the rejection of a field, by its name on the wire."""
    return Rejection(Code.VALIDATION, sentence, {field: sentence})


def claim_all(
    incident: Incident, statuses: Mapping[str, Status], at: datetime
) -> tuple[e.Event, ...]:
    """Return the claim events of statuses that an incident does not claim already."""
    open_claims = incident.held
    return tuple(
        e.ClaimSet(incident.id, leaf, status, at)
        for leaf, status in statuses.items()
        if open_claims.get(leaf) is not status
    )


def show(page: Page, words: Mapping[str, Word], at: datetime) -> tuple[e.Event, ...]:
    """Return the events of leaves with another status or origin."""
    current_origins = origins(page) if words else {}
    return tuple(
        e.StatusShown(leaf, status, origin, at)
        for leaf, (status, origin) in words.items()
        if page.components[leaf].status is not status or current_origins[leaf] != origin
    )


def remarks_on(page: Page, command: c.Command, events: Sequence[e.Event]) -> Remarks | None:
    """Return the remarks on an applied command, from the page before its events.

    An import names components by their ids only.
    """
    if isinstance(command, c.ImportContent):
        return None
    ignored = find_ignored(page.components, command)
    if isinstance(command, c.PostUpdate) and not events:
        newest = page.incidents[command.incident_id].newest_update
        return Remarks(ignored, unchanged=True, update_id=newest.id if newest else None)
    return Remarks(ignored) if ignored else None
