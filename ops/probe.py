"""A command that changes nothing: that it comes back shows that a worker drains."""

from domain.account.commands import Probe
from domain.store.accounts import SYSTEM_ACCOUNT
from ops.writing import NotPublishedError, write


def wait_until_drained(timeout_s: float) -> bool:
    """Tell whether a worker drains a probe within `timeout_s`."""
    try:
        write(SYSTEM_ACCOUNT, Probe(), timeout_s)
    except NotPublishedError:
        return False
    return True
