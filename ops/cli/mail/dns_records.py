"""The records of `MAIL_FROM`'s domain that receivers look at: SPF, DKIM and DMARC.

Source: RFC 7208, 6376, 7489.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from domain.account.dns_proof import Answer, AnswerKind, no_answer_reason, quote_records
from domain.runtime.mail.smtp_url import parse_smtp_url
from domain.runtime.outgoing.resolver import build_resolver
from domain.runtime.settings import Settings, load_settings
from ops.cli.doctor import Finding
from workers.domains import Lookup

SILENT: Final = (AnswerKind.SILENT, AnswerKind.FAILED, AnswerKind.LOOP)


@dataclass(frozen=True, slots=True)
class Question:
    """A TXT record that is looked for, and the advice without it."""

    name: str
    at: str
    begins: str
    advice: str


def examine_mail() -> list[Finding]:
    """Look for the records in DNS."""
    settings = load_settings()
    domain = settings.mail_from.rpartition("@")[2]
    return [ask(settings, spf(settings, domain)), dkim(settings, domain), dmarc(settings, domain)]


def spf(settings: Settings, domain: str) -> Question:
    """Return the question for the servers that may send for a domain."""
    server = f"a:{parse_smtp_url(settings.smtp_url).host}" if settings.smtp_url else "a"
    advice = (
        f'Add the TXT record "v=spf1 {server} ~all" at {domain}, or the one that your relay names.'
    )
    return Question("spf", domain, "v=spf1", advice)


def dkim(settings: Settings, domain: str) -> Finding:
    """Look for the key of the signature."""
    selector = settings.dkim_selector
    if not selector:
        summary = "unknown: DKIM_SELECTOR is not set"
        advice = "Set DKIM_SELECTOR to the selector under which your mail server signs."
        return Finding("dkim", is_ok=False, summary=summary, advice=advice)
    at = f"{selector}._domainkey.{domain}"
    advice = f'Add the TXT record "v=DKIM1; k=rsa; p=…" at {at}, with the key of your mail server.'
    return ask(settings, Question("dkim", at, "", advice), lambda record: "p=" in record)


def dmarc(settings: Settings, domain: str) -> Finding:
    """Look for the policy, at the domain or at the one that was registered."""
    advice = f'Add the TXT record "v=DMARC1; p=none" at _dmarc.{domain}.'
    finding = ask(settings, Question("dmarc", f"_dmarc.{domain}", "v=DMARC1", advice))
    parent = registered_domain(domain)
    if finding.is_ok or parent in {None, domain}:
        return finding
    finding_above = ask(settings, Question("dmarc", f"_dmarc.{parent}", "v=DMARC1", advice))
    return finding_above if finding_above.is_ok else finding


def registered_domain(domain: str) -> str | None:
    """Return the domain that was registered, of which this is a part."""
    from web.api.domains.schemas import suffixes  # Falcon, which few verbs need

    registered: str | None = suffixes().privatesuffix(domain)
    return registered


def ask(
    settings: Settings, question: Question, is_wanted: Callable[[str], bool] | None = None
) -> Finding:
    """Return the answer of DNS to a question as a finding."""
    is_wanted = is_wanted or (lambda record: record.lower().startswith(question.begins.lower()))
    ends_at = time.monotonic() + settings.dns_timeout_s
    lookup = Lookup(build_resolver(settings), settings.dns_timeout_s)
    answer = lookup.query(question.at, "TXT", ends_at)
    records = [record for record in answer.values if is_wanted(record)]
    if len(records) == 1:
        return Finding(
            question.name, is_ok=True, summary=f"{question.at}: {quote_records(records)}"
        )
    return missing(question, answer, len(records))


def missing(question: Question, answer: Answer, count: int) -> Finding:
    """Return the finding about a record that is not there once."""
    summary, advice = f"no record at {question.at}", question.advice
    if count:
        summary = f"{count} records at {question.at}: receivers take none of them"
        advice = "Leave one of them."
    elif answer.kind in SILENT:
        summary = f"unknown: {no_answer_reason(answer.kind)} for {question.at}"
        advice = "Try again, or set DNS_SERVERS."
    return Finding(question.name, is_ok=False, summary=summary, advice=advice)
