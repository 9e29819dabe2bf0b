"""Which commands a limit on bytes spares: updates that resolve, and toggles.

Source: docs/behaviour.md, "Limits".
"""

import pytest

from domain.page.commands import (
    ChangeComponent,
    FinishMaintenance,
    OpenIncident,
    PostUpdate,
    SetStatus,
)
from domain.page.room import is_recovery, is_toggle
from domain.status import IncidentState, Status

RESOLVED, OPERATIONAL = IncidentState.RESOLVED, Status.OPERATIONAL


@pytest.mark.parametrize(
    "command",
    [
        PostUpdate("i", "u", RESOLVED, "All is well."),
        FinishMaintenance("i", "u"),
        SetStatus("API", OPERATIONAL),
        ChangeComponent("c", status=OPERATIONAL),
    ],
)
def test_a_command_recovers_when_it_says_that_trouble_is_over(command):
    assert is_recovery(command)


@pytest.mark.parametrize(
    "command",
    [
        PostUpdate("i", "u", IncidentState.MONITORING, "All is well."),
        OpenIncident("i", "u", "Trouble", state=RESOLVED),
        SetStatus("API", Status.OUTAGE),
        ChangeComponent("c", status=OPERATIONAL, description="text"),
        ChangeComponent("c", status=Status.OUTAGE),
    ],
)
def test_a_command_does_not_recover_when_it_says_anything_else(command):
    assert not is_recovery(command)


@pytest.mark.parametrize("status", Status)
def test_a_command_is_a_toggle_when_it_sets_a_status_alone(status):
    assert is_toggle(SetStatus("API", status))
    assert is_toggle(ChangeComponent("c", status=status))
    assert not is_toggle(ChangeComponent("c", status=status, name="text"))
    assert not is_toggle(PostUpdate("i", "u", RESOLVED))
