"""Recovery commands and plain toggles, which a limit on bytes exempts."""

from typing import Any

from domain.page.commands import ChangeComponent, FinishMaintenance, PostUpdate, SetStatus
from domain.status import IncidentState, Status


def is_toggle(command: Any) -> bool:  # noqa: ANN401 - any command
    """Return whether a command only changes a component's status."""
    if isinstance(command, ChangeComponent):
        return command == ChangeComponent(command.component_id, status=command.status)
    return isinstance(command, SetStatus)


def is_recovery(command: Any) -> bool:  # noqa: ANN401 - any command
    """Return whether a command resolves an incident or toggles to operational."""
    match command:
        case PostUpdate(state=IncidentState.RESOLVED) | FinishMaintenance():
            return True
        case SetStatus(status=Status.OPERATIONAL):
            return True
        case ChangeComponent(status=Status.OPERATIONAL):
            return is_toggle(command)
    return False
