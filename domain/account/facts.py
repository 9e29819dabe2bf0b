"""What a decision on an account has to be told, because only the store or the log can know it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store found out before the decision, and the command's place in the log.

    `host_is_ours`: the host that is asked for was free, and is claimed now. `command_id` and `seq`
    name the command, for the row of the ledger that it may lead to; `received_at` is when it came,
    if that is later than the time of its events. `held_until`: the host is free and kept until then
    for the account that had it. `next_subdomain_at`: from when on the account may take one more.
    """

    host_is_ours: bool = True
    command_id: str = ""
    seq: int = 0
    received_at: datetime | None = None
    held_until: datetime | None = None
    next_subdomain_at: datetime | None = None
