"""DNS proof of a domain: the expected records, and reasons without them.

One of two records proves it: a CNAME of the host that leads through `<token>.<CNAME target>`, or
the TXT record `_hepstatus.<host>` = `hepstatus-verify=<token>`.

Source: docs/behaviour.md, "Mounting a host".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from domain.account.commands import ActivateMount, LapseMount, NoteMountCheck
from domain.account.decide.domains import taken_reason
from domain.account.domains import Mount, MountState

TXT_PREFIX: Final = "_hepstatus."
TXT_VALUE: Final = "hepstatus-verify="
QUOTED_CHARACTERS_MAX: Final = 200  # characters of a foreign record that a reason quotes
QUOTED_RECORDS_MAX: Final = 3


class AnswerKind(StrEnum):
    """The kind of an answer of DNS to a question."""

    RECORDS = "records"
    NO_NAME = "no name"  # NXDOMAIN
    NO_RECORD = "no record"  # the name is there, but has no such record
    FAILED = "failed"  # SERVFAIL and other refusals
    SILENT = "silent"  # no name server answered in time
    LOOP = "loop"  # CNAMEs in a circle, or a chain that is too long


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of DNS; `values` are the CNAME targets or the texts."""

    kind: AnswerKind
    values: tuple[str, ...] = ()


class Result(StrEnum):
    """The result of a lookup, in short."""

    PROVED = "proved"
    MISSING = "missing"  # DNS answered, and there is no proof
    NO_ANSWER = "no_answer"  # unknown: a question was not answered


@dataclass(frozen=True, slots=True)
class Proof:
    """The two records, in ASCII, that prove a host's owner."""

    host: str
    token: str
    cname_target: str

    @property
    def alias(self) -> str:
        """The CNAME target that proves the host and routes to the service."""
        return f"{self.token}.{self.cname_target}"

    @property
    def text_name(self) -> str:
        """The name of the TXT record."""
        return TXT_PREFIX + self.host

    @property
    def text(self) -> str:
        """The value of the TXT record."""
        return TXT_VALUE + self.token

    def is_proved_by(self, cname: Answer, txt: Answer) -> bool:
        """Return whether one of two answers proves the host.

        Source: RFC 1035, names ignore case.
        """
        aliases = {value.lower().removesuffix(".") for value in cname.values}
        return self.alias.lower() in aliases or self.text in {v.strip() for v in txt.values}

    def result(self, cname: Answer, txt: Answer) -> Result:
        """Return the result of two answers."""
        if self.is_proved_by(cname, txt):
            return Result.PROVED
        is_answered = not {cname.kind, txt.kind} & {AnswerKind.FAILED, AnswerKind.SILENT}
        return Result.MISSING if is_answered else Result.NO_ANSWER

    def problem(self, cname: Answer, txt: Answer) -> str | None:
        """Return in plain words why two answers prove nothing; None if they do."""
        if self.is_proved_by(cname, txt):
            return None
        return "; ".join(dict.fromkeys((self._cname_reason(cname), self._txt_reason(txt)))) + "."

    def _cname_reason(self, cname: Answer) -> str:
        host = self.host
        match cname.kind:
            case AnswerKind.NO_NAME:
                return f"{host} does not exist in DNS (NXDOMAIN)"
            case AnswerKind.NO_RECORD:
                return f"no CNAME record found at {host}"
            case AnswerKind.LOOP:
                return f"the CNAME records of {host} lead in a circle (CNAME loop)"
            case AnswerKind.RECORDS:
                quoted = quote_records(cname.values[:1])
                return f"the CNAME of {host} should be {self.alias}, found {quoted} instead"
            case _:
                reason = no_answer_reason(cname.kind)
                return f"{reason} for {host}"

    def _txt_reason(self, txt: Answer) -> str:
        name = self.text_name
        match txt.kind:
            case AnswerKind.NO_NAME | AnswerKind.NO_RECORD:
                return f"no TXT record found at {name}"
            case AnswerKind.LOOP:
                return f"the CNAME records of {name} lead in a circle (CNAME loop)"
            case AnswerKind.RECORDS:
                quoted = quote_records(txt.values)
                return f"the TXT record {name} should be {self.text}, found {quoted} instead"
            case _:
                reason = no_answer_reason(txt.kind)
                return f"{reason} for {name}"


def no_answer_reason(kind: AnswerKind) -> str:
    """Return the reason for a question without an answer."""
    if kind is AnswerKind.SILENT:
        return "no name server answered in time (timeout)"
    return "the name servers could not answer (SERVFAIL)"


def quote_records(values: Iterable[str]) -> str:
    """Return foreign records as a reason may quote them: few, short, storable."""
    few = sorted(set(values))[:QUOTED_RECORDS_MAX]
    plain = ("".join(sign if sign.isprintable() else "?" for sign in value) for value in few)
    joined = ", ".join(value.removesuffix(".") for value in plain)
    return joined if len(joined) <= QUOTED_CHARACTERS_MAX else joined[:QUOTED_CHARACTERS_MAX] + "…"


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
