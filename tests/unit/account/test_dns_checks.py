"""When a mount is looked up again, and what a finding leads to.

Source: docs/behaviour.md, "Mounting a host".
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.account import commands as c
from domain.account.dns_proof import CheckResult, command_after_check, next_check_at
from domain.account.domains import Mount, MountKind, MountState

AT = datetime(2026, 3, 1, tzinfo=UTC)
S, M, H, D = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
PENDING = Mount(
    "m_1", "p_1", "status.acme.com", MountKind.DOMAIN, MountState.PENDING, "token", AT, AT, "old"
)
ACTIVE = replace(PENDING, state=MountState.ACTIVE, reason=None)


def found(after=0 * S, reason="no TXT record found", **more):
    return CheckResult(AT + after, reason, **more)


def test_lookups_slow_down_and_end_when_nothing_is_found_for_72_hours():
    # given the ladder, climbed to its end
    at, rungs = timedelta(0), []
    while (following := next_check_at(PENDING, found(at))) is not None:
        rungs.append((at, following - (AT + at)))
        at = following - AT
    # then it is every 30 seconds for ten minutes
    assert all(rung == 30 * S for since, rung in rungs if since < 10 * M)
    # then ever more slowly, and for the last time after 72 hours
    later = [rung for since, rung in rungs if since >= 10 * M]
    assert later[:-1] == sorted(later[:-1])
    assert later[0] >= 30 * S
    assert at == 72 * H
    assert len(rungs) < 120


def test_lookups_are_half_as_often_each_time_when_no_name_server_answers():
    # given a mount that is asked for now, of whose name servers none has answered so many times
    waits = [next_check_at(PENDING, found(unanswered=times)) - AT for times in range(12)]
    # then it waits twice as long each time, up to four hours
    assert waits[:6] == [30 * S, 60 * S, 120 * S, 240 * S, 480 * S, 960 * S]
    assert waits[-1] == 4 * H
    assert next_check_at(PENDING, found(unanswered=10**6)) == AT + 4 * H
    # and no sooner than without that, and never past the end
    assert next_check_at(PENDING, found(50 * H, unanswered=1)) == AT + 55 * H
    assert next_check_at(PENDING, found(71 * H, unanswered=20)) == AT + 72 * H
    # and an active one as always, for its days of grace are counted
    assert next_check_at(ACTIVE, found(failing_since=AT, unanswered=20)) == AT + 1 * D


def test_first_rung_is_another_when_it_is_set():
    assert next_check_at(PENDING, found(), 1 * S) == AT + 1 * S
    assert next_check_at(PENDING, found(20 * H), 1 * S) == AT + 22 * H


def test_active_mount_is_looked_up_daily_when_its_proof_is_there():
    assert next_check_at(ACTIVE, found(50 * D, None)) == AT + 51 * D


def test_lookup_is_at_the_end_of_grace_when_that_comes_before_a_day():
    failing = found(6 * D + 12 * H, failing_since=AT)
    assert next_check_at(ACTIVE, failing) == AT + 7 * D
    assert next_check_at(ACTIVE, found(8 * D, failing_since=AT)) == AT + 9 * D


@pytest.mark.parametrize("state", [MountState.FAILED, MountState.LAPSED])
def test_nobody_looks_when_it_is_over(state):
    over = replace(PENDING, state=state)
    assert next_check_at(over, found()) is None
    assert command_after_check(over, found(reason=None)) is None


def test_mount_is_activated_when_its_proof_was_seen():
    assert command_after_check(PENDING, found(reason=None)) == c.ActivateMount(
        "m_1", AT, PENDING.page_id
    )


def test_log_is_told_once_when_a_proven_host_is_active_elsewhere():
    taken = found(reason=None, is_taken=True)
    told = command_after_check(PENDING, taken)
    assert isinstance(told, c.NoteMountCheck)
    assert "another page" in told.reason
    assert command_after_check(replace(PENDING, reason=told.reason), taken) is None


def test_log_is_told_only_when_the_reason_is_another():
    assert command_after_check(PENDING, found(reason="old")) is None
    assert command_after_check(PENDING, found()) == c.NoteMountCheck(
        "m_1", AT, "no TXT record found", page_id=PENDING.page_id
    )
    assert command_after_check(ACTIVE, found(reason=None)) is None
    failing = replace(ACTIVE, reason="old")
    assert command_after_check(failing, found(reason=None)) == c.NoteMountCheck(
        "m_1", AT, page_id=PENDING.page_id
    )


@pytest.mark.parametrize(("after", "fails"), [(72 * H - S, False), (72 * H, True)])
def test_mount_fails_when_it_was_looked_for_long_enough(after, fails):
    told = command_after_check(PENDING, found(after, "old"))
    gave_up = c.NoteMountCheck("m_1", AT, "old", has_failed=True, page_id=PENDING.page_id)
    assert told == (gave_up if fails else None)


@pytest.mark.parametrize(("after", "lapses"), [(7 * D - S, False), (7 * D, True)])
def test_active_mount_lapses_when_it_fails_for_seven_days(after, lapses):
    told = command_after_check(ACTIVE, found(after, "gone", failing_since=AT))
    assert type(told) is (c.LapseMount if lapses else c.NoteMountCheck)
    assert told.reason == "gone"


def test_failing_begins_anew_when_the_proof_was_there_in_between():
    assert found(6 * D, None, failing_since=AT).fails_since is None
    assert found(6 * D, "gone").fails_since == AT + 6 * D
    assert found(6 * D, "gone", failing_since=AT).fails_since == AT
