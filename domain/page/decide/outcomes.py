"""What decisions have in common: claiming leaves, changing what they show, refusing the unknown."""

from collections.abc import Mapping
from datetime import datetime

from domain.page import events as e
from domain.page.state import Page
from domain.results import Code, Rejection
from domain.status import Status


def not_found(what: str) -> Rejection:
    """Refuse what names a thing that this page does not have."""
    return Rejection(Code.NOT_FOUND, f"This page has no such {what}.")


def invalid(field: str, sentence: str) -> Rejection:
    """Refuse a command because of one of its fields, by its name on the wire."""
    return Rejection(Code.VALIDATION, sentence, {field: sentence})


def claim_all(incident_id: str, given: Mapping[str, Status], at: datetime) -> tuple[e.Event, ...]:
    """Claim each status that is given to a leaf."""
    return tuple(e.ClaimSet(incident_id, leaf, status, at) for leaf, status in given.items())


def show(page: Page, given: Mapping[str, Status], at: datetime) -> tuple[e.Event, ...]:
    """Change what leaves show, where it is not the same already."""
    return tuple(
        e.StatusShown(leaf, status, at)
        for leaf, status in given.items()
        if page.components[leaf].status is not status
    )
