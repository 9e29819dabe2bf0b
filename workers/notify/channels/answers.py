"""The meaning of an HTTP answer, where a channel has no other one."""

from typing import Final

from domain.runtime.outgoing.client import Answer
from workers.notify.outcome import Dead, Outcome, Retry, Sent

GONE: Final = 410
SUCCESS: Final = range(200, 300)
SLOWER: Final = (429, 502, 503, 504)
PAUSE_MAX_S: Final = 6 * 3_600.0


def read_status(answer: Answer) -> Outcome:
    """Return the meaning of a status: 410 is the end, and a redirect a failure."""
    if answer.status in SUCCESS:
        return Sent()
    if answer.status == GONE:
        return Dead("answered 410")
    pause = answer.retry_after_s if answer.status in SLOWER else None
    return Retry(f"answered {answer.status}", min(pause, PAUSE_MAX_S) if pause else None)
