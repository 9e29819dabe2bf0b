"""Which answers of DNS prove a domain, and what is said of all the others."""

import pytest

from domain.account.dns_proof import QUOTED_CHARACTERS_MAX, Answer, AnswerKind, Proof, Result

PROOF = Proof("status.acme.com", "0123abcd", "cname.hep.gg")
ALIAS, TEXT = "0123abcd.cname.hep.gg", "hepstatus-verify=0123abcd"
NO_CNAME, NO_TXT = Answer(AnswerKind.NO_RECORD), Answer(AnswerKind.NO_NAME)


def cname(*names):
    return Answer(AnswerKind.RECORDS, names)


txt = cname


@pytest.mark.parametrize(
    ("aliases", "texts"),
    [
        (cname(ALIAS), NO_TXT),
        (cname(ALIAS.upper() + "."), NO_TXT),
        (cname("www.acme.com", ALIAS, "elsewhere.net"), NO_TXT),
        (NO_CNAME, txt(TEXT)),
        (Answer(AnswerKind.NO_NAME), txt("v=spf1 -all", f" {TEXT} ")),
        (cname("elsewhere.net"), txt(TEXT)),
        (Answer(AnswerKind.SILENT), txt(TEXT)),
        (cname(ALIAS), Answer(AnswerKind.FAILED)),
    ],
)
def test_domain_is_proven_when_one_record_is_right(aliases, texts):
    assert PROOF.problem(aliases, texts) is None
    assert PROOF.result(aliases, texts) is Result.PROVED


@pytest.mark.parametrize(
    ("aliases", "texts", "reason"),
    [
        (Answer(AnswerKind.NO_NAME), NO_TXT, "does not exist in DNS (NXDOMAIN)"),
        (NO_CNAME, NO_TXT, "no CNAME record found at status.acme.com"),
        (NO_CNAME, NO_TXT, "no TXT record found at _hepstatus.status.acme.com"),
        (cname("x.net."), NO_TXT, f"should be {ALIAS}, found x.net instead"),
        (NO_CNAME, txt("hepstatus-verify=9"), f"{TEXT}, found hepstatus-verify=9 instead"),
        (cname("ffff.cname.hep.gg"), NO_TXT, "found ffff.cname.hep.gg instead"),
        (Answer(AnswerKind.LOOP), NO_TXT, "lead in a circle (CNAME loop)"),
        (Answer(AnswerKind.FAILED), NO_TXT, "could not answer (SERVFAIL) for status.acme.com"),
        (Answer(AnswerKind.SILENT), NO_TXT, "in time (timeout) for status.acme.com"),
        (NO_CNAME, Answer(AnswerKind.SILENT), "(timeout) for _hepstatus.status.acme.com"),
        (NO_CNAME, Answer(AnswerKind.FAILED), "(SERVFAIL) for _hepstatus.status.acme.com"),
        (NO_CNAME, Answer(AnswerKind.LOOP), "_hepstatus.status.acme.com lead in a circle"),
        (NO_CNAME, txt(TEXT + "0"), "found hepstatus-verify=0123abcd0 instead"),
        (NO_CNAME, txt("a\0\n\u202eb"), "found a???b instead"),
    ],
)
def test_reason_says_what_was_found_when_nothing_is_proven(aliases, texts, reason):
    told = PROOF.problem(aliases, texts)
    assert reason in told
    assert told.endswith(".")
    assert told.isprintable()
    is_unanswered = "(timeout)" in reason or "(SERVFAIL)" in reason
    assert PROOF.result(aliases, texts) is Result(("missing", "no_answer")[is_unanswered])


def test_reason_is_short_and_always_the_same_when_a_stranger_has_many_records():
    texts = [f"{number}" * 400 for number in range(9)]
    told = {PROOF.problem(NO_CNAME, txt(*order)) for order in (texts, texts[::-1])}
    assert len(told) == 1
    assert len(told.pop()) < QUOTED_CHARACTERS_MAX + 300
