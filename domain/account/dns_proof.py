"""What DNS has to say for a domain to be its owner's, and what is said when it does not.

One of two records proves it: a CNAME of the host that leads through
`<token>.<CNAME target>`, or the TXT record `_hepstatus.<host>` = `hepstatus-verify=<token>`.

Source: docs/behaviour.md, "Mounting a host".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TXT_PREFIX: Final = "_hepstatus."
TXT_VALUE: Final = "hepstatus-verify="
TOLD_LIMIT: Final = 200  # characters of a stranger's record that a reason repeats
TOLD_RECORDS: Final = 3


class Said(StrEnum):
    """How DNS answered a question."""

    RECORDS = "records"
    NO_NAME = "no name"  # NXDOMAIN
    NO_RECORD = "no record"  # the name is there, but has no such record
    FAILED = "failed"  # SERVFAIL and other refusals
    SILENT = "silent"  # nobody answered in time
    LOOP = "loop"  # CNAMEs that lead in a circle, or on for too long


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said; `values` are the names that CNAMEs lead through, or the texts."""

    said: Said
    values: tuple[str, ...] = ()


class Result(StrEnum):
    """What a lookup came to, in short."""

    PROVED = "proved"
    MISSING = "missing"  # DNS answered, and there is no proof
    NO_ANSWER = "no_answer"  # there may be one: a question was not answered


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves that `host` is its owner's: either of two records, in ASCII."""

    host: str
    token: str
    cname_target: str

    @property
    def alias(self) -> str:
        """What a CNAME of the host has to lead to: it proves and routes at once."""
        return f"{self.token}.{self.cname_target}"

    @property
    def text_name(self) -> str:
        """Where the TXT record has to be."""
        return TXT_PREFIX + self.host

    @property
    def text(self) -> str:
        """What the TXT record has to say."""
        return TXT_VALUE + self.token

    def is_given_by(self, cname: Answer, txt: Answer) -> bool:
        """Tell whether one of two answers proves it. Source: RFC 1035, names ignore case."""
        aliases = {value.lower().removesuffix(".") for value in cname.values}
        return self.alias.lower() in aliases or self.text in {v.strip() for v in txt.values}

    def result(self, cname: Answer, txt: Answer) -> Result:
        """Return what two answers come to."""
        if self.is_given_by(cname, txt):
            return Result.PROVED
        is_answered = not {cname.said, txt.said} & {Said.FAILED, Said.SILENT}
        return Result.MISSING if is_answered else Result.NO_ANSWER

    def problem(self, cname: Answer, txt: Answer) -> str | None:
        """Say in plain words why two answers prove nothing; None if they do."""
        if self.is_given_by(cname, txt):
            return None
        return "; ".join(dict.fromkeys((self._of_cname(cname), self._of_txt(txt)))) + "."

    def _of_cname(self, cname: Answer) -> str:
        host = self.host
        match cname.said:
            case Said.NO_NAME:
                return f"{host} does not exist in DNS (NXDOMAIN)"
            case Said.NO_RECORD:
                return f"no CNAME record found at {host}"
            case Said.LOOP:
                return f"the CNAME records of {host} lead in a circle (CNAME loop)"
            case Said.RECORDS:
                found = told(cname.values[:1])
                return f"the CNAME of {host} should be {self.alias}, found {found} instead"
            case _:
                return f"{unanswered(cname.said)} for {host}"

    def _of_txt(self, txt: Answer) -> str:
        name = self.text_name
        match txt.said:
            case Said.NO_NAME | Said.NO_RECORD:
                return f"no TXT record found at {name}"
            case Said.LOOP:
                return f"the CNAME records of {name} lead in a circle (CNAME loop)"
            case Said.RECORDS:
                return (
                    f"the TXT record {name} should be {self.text}, found {told(txt.values)} instead"
                )
            case _:
                return f"{unanswered(txt.said)} for {name}"


def unanswered(said: Said) -> str:
    """Say that DNS gave no answer, and which kind of none."""
    if said is Said.SILENT:
        return "no name server answered in time (timeout)"
    return "the name servers could not answer (SERVFAIL)"


def told(values: Iterable[str]) -> str:
    """Return strangers' records as a reason may repeat them: few, short, and storable."""
    few = sorted(set(values))[:TOLD_RECORDS]
    plain = ("".join(sign if sign.isprintable() else "?" for sign in value) for value in few)
    joined = ", ".join(value.removesuffix(".") for value in plain)
    return joined if len(joined) <= TOLD_LIMIT else joined[:TOLD_LIMIT] + "…"
