"""Which commands say that trouble is over, and which have no text: a limit on bytes spares them."""

from typing import Any

from domain.page.commands import ChangeComponent, FinishMaintenance, PostUpdate, SetStatus
from domain.status import IncidentState, Status


def is_toggle(command: Any) -> bool:  # noqa: ANN401 - any command
    """Tell whether a command changes a component's status and nothing else."""
    if isinstance(command, ChangeComponent):
        return command == ChangeComponent(command.component_id, status=command.status)
    return isinstance(command, SetStatus)


def is_recovery(command: Any) -> bool:  # noqa: ANN401 - any command
    """Tell whether a command resolves an incident, or toggles to operational."""
    match command:
        case PostUpdate(state=IncidentState.RESOLVED) | FinishMaintenance():
            return True
        case SetStatus(status=Status.OPERATIONAL):
            return True
        case ChangeComponent(status=Status.OPERATIONAL):
            return is_toggle(command)
    return False
