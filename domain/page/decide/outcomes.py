"""Shared parts of decisions: claims, statuses and rejections."""

from collections.abc import Mapping
from datetime import datetime

from domain.page import events as e
from domain.page.state import Page
from domain.results import Code, Rejection
from domain.status import Status


def not_found(what: str) -> Rejection:
    """Return the rejection of an unknown id; the argument names its kind."""
    return Rejection(Code.NOT_FOUND, f"This page has no such {what}.")


def invalid(field: str, sentence: str) -> Rejection:
    """Return the rejection of a field, by its name on the wire."""
    return Rejection(Code.VALIDATION, sentence, {field: sentence})


def claim_all(
    incident_id: str, statuses: Mapping[str, Status], at: datetime
) -> tuple[e.Event, ...]:
    """Return the claim events of all statuses."""
    return tuple(e.ClaimSet(incident_id, leaf, status, at) for leaf, status in statuses.items())


def show(page: Page, statuses: Mapping[str, Status], at: datetime) -> tuple[e.Event, ...]:
    """Return the status events of leaves that change."""
    return tuple(
        e.StatusShown(leaf, status, at)
        for leaf, status in statuses.items()
        if page.components[leaf].status is not status
    )
