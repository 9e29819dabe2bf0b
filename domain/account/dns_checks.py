"""DNS checks of mounts: their schedule and the commands that follow.

A pending mount is checked every 30 s for ten minutes, then ever more slowly for 72 hours. While no
name server answers, the interval doubles each time. An active mount is checked daily; seven days of
failure end it. Instants come from the Postgres clock.

Source: docs/behaviour.md, "Mounting a host".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from domain.account.decide.domains import taken_reason
from domain.account.domain_commands import ActivateMount, LapseMount, NoteMountCheck
from domain.account.domains import Mount, MountState

FIRST_INTERVAL: Final = timedelta(seconds=30)
FIRST_PERIOD: Final = timedelta(minutes=10)  # for so long the interval stays the first one
BACKOFF_DIVISOR: Final = 10  # later intervals are this fraction of the time waited so far
PENDING_MAX: Final = timedelta(hours=72)
# An unanswered lookup costs a thread several seconds, so its interval doubles each time. The
# interval has a maximum, because name servers come back.
UNANSWERED_INTERVAL_MAX: Final = timedelta(hours=4)
DOUBLINGS_MAX: Final = 20  # far more than UNANSWERED_INTERVAL_MAX needs
ACTIVE_INTERVAL: Final = timedelta(days=1)
LAPSE_AFTER: Final = timedelta(days=7)

CheckCommand: TypeAlias = ActivateMount | NoteMountCheck | LapseMount


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a lookup at `at`: proved (`reason` None), or the reason.

    `failing_since` is when an active mount's proof was first missing, before this check. `is_taken`
    is whether the host is active on another page. `unanswered` counts the consecutive checks
    without an answer of a name server, this one included.
    """

    at: datetime
    reason: str | None
    is_taken: bool = False
    failing_since: datetime | None = None
    unanswered: int = 0

    @property
    def fails_since(self) -> datetime | None:
        """When the proof was first missing, this check included."""
        return None if self.reason is None else self.failing_since or self.at


def command_after_check(mount: Mount, check: CheckResult) -> CheckCommand | None:
    """Return the command that follows from a check; None without news."""
    if mount.is_active:
        return _command_for_active(mount, check)
    if mount.state is not MountState.PENDING:
        return None
    if check.reason is None and not check.is_taken:
        return ActivateMount(mount.id, mount.asked_at, mount.page_id)
    reason = taken_reason(mount.host) if check.reason is None else check.reason
    has_failed = check.at - mount.asked_at >= PENDING_MAX
    if reason == mount.reason and not has_failed:
        return None
    return NoteMountCheck(mount.id, mount.asked_at, reason, has_failed, mount.page_id)


def _command_for_active(mount: Mount, check: CheckResult) -> CheckCommand | None:
    since = check.fails_since
    if since is not None and check.at - since >= LAPSE_AFTER:
        return LapseMount(mount.id, mount.asked_at, check.reason, mount.page_id)
    if check.reason == mount.reason:
        return None
    return NoteMountCheck(mount.id, mount.asked_at, check.reason, page_id=mount.page_id)


def next_check_at(
    mount: Mount, check: CheckResult, first_interval: timedelta = FIRST_INTERVAL
) -> datetime | None:
    """Return when to check an unchanged mount again; None to stop."""
    at, since = check.at, check.fails_since
    if mount.is_active:
        daily = at + ACTIVE_INTERVAL
        ends_at = since + LAPSE_AFTER if since else daily
        return min(daily, ends_at) if ends_at > at else daily
    if mount.state is not MountState.PENDING:
        return None
    waited, ends_at = at - mount.asked_at, mount.asked_at + PENDING_MAX
    if waited >= PENDING_MAX:
        return None
    interval = (
        first_interval if waited < FIRST_PERIOD else max(first_interval, waited / BACKOFF_DIVISOR)
    )
    unanswered_interval = first_interval * (1 << min(check.unanswered, DOUBLINGS_MAX))
    return min(at + max(interval, min(unanswered_interval, UNANSWERED_INTERVAL_MAX)), ends_at)
