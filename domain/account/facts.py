"""Facts for account decisions that only the store or the log knows."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Results of store lookups, and the command's position in the log.

    `host_is_ours`: the requested host was free and is claimed for this account. `command_id` and
    `seq` name the command, for the booking that may follow; `received_at` is its time of receipt,
    if later than the time of its events.

    `held_until`: the host is free, but reserved until then for its former account.
    `next_subdomain_at` is when the account may have one more subdomain.
    """

    host_is_ours: bool = True
    command_id: str = ""
    seq: int = 0
    received_at: datetime | None = None
    held_until: datetime | None = None
    next_subdomain_at: datetime | None = None
