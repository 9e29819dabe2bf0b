"""The operator's verbs for a page's incidents and maintenances."""

import click

from domain.page.commands import DeleteIncident
from domain.page.state import Incident
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.incidents import ListPosition, incident_of, incidents_after
from ops.cli.arguments import build_missing_error
from ops.cli.pages import find_page
from ops.cli.terminal import confirm_deletion, json_option, print_list, yes_option
from ops.cli.writes import write
from ops.operator_error import say

AT_ONCE = 100  # incidents that one query reads


def incidents_of(page: str) -> list[Incident]:
    """Return all incidents and maintenances of a page, the newest start first."""
    page_id, incidents = find_page(page).id, list[Incident]()
    has_more, after = True, None
    with sync_engine().connect() as conn:
        while has_more:
            part = incidents_after(conn, page_id, None, after, AT_ONCE)
            incidents += part.incidents
            has_more = part.has_more
            after = ListPosition(incidents[-1].started_at, incidents[-1].id) if has_more else None
    return incidents


@click.group()
def incident() -> None:
    """List and delete a page's incidents and maintenances."""


@incident.command("list")
@click.argument("page")
@json_option
def list_incidents(page: str, *, is_json: bool) -> None:
    """List all incidents and maintenances of PAGE, the newest start first."""
    print_list(incidents_of(page), to_columns, to_view, is_json=is_json)


def to_columns(row: Incident) -> tuple[str, ...]:
    """Return an incident for the terminal."""
    return row.id, f"{row.started_at:%Y-%m-%d %H:%M}", row.kind, row.state, row.impact, row.title


def to_view(row: Incident) -> object:
    """Return an incident as the API does."""
    from web.api.incidents.schemas import incident_view  # Falcon, which few verbs need

    return incident_view(row)


@incident.command("delete")
@click.argument("page")
@click.argument("incident")
@yes_option
def delete(page: str, incident: str, *, is_confirmed: bool) -> None:
    """Delete INCIDENT (an id) of PAGE with its updates, its statuses and its downtime."""
    page_id = find_page(page).id
    with sync_engine().connect() as conn:
        row = incident_of(conn, page_id, incident)
    if row is None:
        raise build_missing_error(incident, "incident", page)
    confirm_deletion(f"the incident {row.title} of {page}", is_confirmed=is_confirmed)
    write(page_id, DeleteIncident(row.id))
    say(f"The incident {row.title} of {page} is deleted.")
