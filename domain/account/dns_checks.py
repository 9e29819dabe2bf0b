"""When a mount is looked up in DNS next, and what a finding makes of it.

Every 30 s for ten minutes, then ever more slowly for 72 hours; where no name server answers, half
as often each time. An active one daily, and seven days of failure end it. Instants are Postgres'
own, whoever looks.

Source: docs/behaviour.md, "Mounting a host".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from domain.account.decide.domains import taken
from domain.account.domain_commands import ActivateMount, LapseMount, NoteMountCheck
from domain.account.domains import Mount, MountState

FIRST_RUNG: Final = timedelta(seconds=30)
BRISK: Final = timedelta(minutes=10)  # how long it is looked at every first rung
SLOWING: Final = 10  # from then on it waits this part of the time that it has been looked for
PATIENCE: Final = timedelta(hours=72)
# Where nobody answers a look-up costs a thread several seconds, so it is asked half as often each
# time; never more rarely than this, for name servers are mended.
SILENT_MAX: Final = timedelta(hours=4)
DOUBLINGS_MAX: Final = 20  # far past SILENT_MAX
RECHECK: Final = timedelta(days=1)
GRACE: Final = timedelta(days=7)

Verdict: TypeAlias = ActivateMount | NoteMountCheck | LapseMount


@dataclass(frozen=True, slots=True)
class Finding:
    """What a lookup found at `at`: the proof (`reason` None), or in words why not.

    `failing_since` is when an active mount's proof was first missing, this time not counted;
    `is_taken` if the host is active on another page; `unanswered` is how many times in a row, this
    one counted, no name server answered.
    """

    at: datetime
    reason: str | None
    is_taken: bool = False
    failing_since: datetime | None = None
    unanswered: int = 0

    @property
    def fails_since(self) -> datetime | None:
        """Since when the proof is missing, this time counted."""
        return None if self.reason is None else self.failing_since or self.at


def verdict(mount: Mount, finding: Finding) -> Verdict | None:
    """Return the command that a finding leads to; None if it says nothing new."""
    if mount.is_active:
        return _of_active(mount, finding)
    if mount.state is not MountState.PENDING:
        return None
    if finding.reason is None and not finding.is_taken:
        return ActivateMount(mount.id, mount.asked_at, mount.page_id)
    reason = taken(mount.host) if finding.reason is None else finding.reason
    has_failed = finding.at - mount.asked_at >= PATIENCE
    if reason == mount.reason and not has_failed:
        return None
    return NoteMountCheck(mount.id, mount.asked_at, reason, has_failed, mount.page_id)


def _of_active(mount: Mount, finding: Finding) -> Verdict | None:
    since = finding.fails_since
    if since is not None and finding.at - since >= GRACE:
        return LapseMount(mount.id, mount.asked_at, finding.reason, mount.page_id)
    if finding.reason == mount.reason:
        return None
    return NoteMountCheck(mount.id, mount.asked_at, finding.reason, page_id=mount.page_id)


def next_check_at(
    mount: Mount, finding: Finding, first_rung: timedelta = FIRST_RUNG
) -> datetime | None:
    """Return when to look again if the mount stays as it is; None once it was long enough."""
    at, since = finding.at, finding.fails_since
    if mount.is_active:
        daily = at + RECHECK
        ends_at = since + GRACE if since else daily
        return min(daily, ends_at) if ends_at > at else daily
    if mount.state is not MountState.PENDING:
        return None
    waited, ends_at = at - mount.asked_at, mount.asked_at + PATIENCE
    if waited >= PATIENCE:
        return None
    rung = first_rung if waited < BRISK else max(first_rung, waited / SLOWING)
    silent = first_rung * (1 << min(finding.unanswered, DOUBLINGS_MAX))
    return min(at + max(rung, min(silent, SILENT_MAX)), ends_at)
