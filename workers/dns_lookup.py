"""DNS queries, each answered in bounded time with a value of `Said`."""

import contextlib
import time
from dataclasses import dataclass

import dns.exception
import dns.resolver
from dns.rdata import Rdata
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.TXT import TXT

from domain.account.dns_proof import Answer, AnswerKind, Proof
from domain.runtime.setting_values import addresses
from domain.runtime.settings import Settings

RESOLV_CONF = "/etc/resolv.conf"
HOPS_MAX = 8  # CNAMEs that are followed; a longer chain counts as a loop
TRY_S = 1.0  # then the query is repeated, or sent to the next server
RECORDS_MAX = 50  # TXT records of one name that are read
TEXT_LIMIT = 1_000


def build_resolver(settings: Settings) -> dns.resolver.Resolver:
    """Return a resolver for the settings' name servers, else for this machine's."""
    servers = addresses(settings.dns_servers)
    resolver = dns.resolver.Resolver(configure=False)
    if servers:
        resolver.nameservers = list(servers)
        resolver.port = settings.dns_port
    else:
        # A machine without a resolv.conf has no servers: every query fails.
        with contextlib.suppress(dns.resolver.NoResolverConfiguration):
            resolver.read_resolv_conf(RESOLV_CONF)
    resolver.timeout = TRY_S
    resolver.cache = None  # a corrected record must be found at the next check
    return resolver


@dataclass(frozen=True, slots=True)
class Lookup:
    """A lookup of one domain's proof; all queries take `timeout_s` at most."""

    resolver: dns.resolver.Resolver
    timeout_s: float

    def fetch_answers(self, proof: Proof) -> tuple[Answer, Answer]:
        """Return the answers for CNAME and TXT; a proof by CNAME skips TXT.

        Each record gets half of the time: if one is not answered, the other may be.
        """
        started_at = time.monotonic()
        aliases = self.fetch_aliases(proof.host, proof.alias, started_at + self.timeout_s / 2)
        no_query = Answer(AnswerKind.NO_RECORD)
        if proof.is_proved_by(aliases, no_query):
            return aliases, no_query
        return aliases, self.query(proof.text_name, "TXT", started_at + self.timeout_s)

    def fetch_aliases(self, host: str, target: str, ends_at: float) -> Answer:
        """Return the CNAME targets of `host`, up to `target` if it occurs.

        Only CNAMEs are queried: addresses at their end do not matter here.
        """
        aliases: list[str] = []
        while len(aliases) < HOPS_MAX:
            answer = self.query(aliases[-1] if aliases else host, "CNAME", ends_at)
            if answer.kind is not AnswerKind.RECORDS:
                return Answer(AnswerKind.RECORDS, tuple(aliases)) if aliases else answer
            alias = answer.values[0]
            if alias == host or alias in aliases:
                return Answer(AnswerKind.LOOP)
            aliases.append(alias)
            if alias == target:
                return Answer(AnswerKind.RECORDS, tuple(aliases))
        return Answer(AnswerKind.LOOP)

    def query(self, name: str, kind: str, ends_at: float) -> Answer:
        """Send one query; after `ends_at` (monotonic clock, seconds) it counts as silent."""
        remaining_s = ends_at - time.monotonic()
        if remaining_s <= 0:
            return Answer(AnswerKind.SILENT)
        try:
            records = self.resolver.resolve(name, kind, lifetime=remaining_s, search=False)
        except dns.exception.DNSException as error:
            return Answer(classify_error(error))
        return Answer(
            AnswerKind.RECORDS, tuple(sorted(map(format_record, list(records)[:RECORDS_MAX])))
        )


def classify_error(error: dns.exception.DNSException) -> AnswerKind:
    """Return the `Said` of a failed query; unknown errors are server failures."""
    match error:
        case dns.resolver.NXDOMAIN():
            return AnswerKind.NO_NAME
        case dns.resolver.NoAnswer():
            return AnswerKind.NO_RECORD
        case dns.resolver.YXDOMAIN():
            return AnswerKind.LOOP
        case dns.exception.Timeout():
            return AnswerKind.SILENT
        case _:
            return AnswerKind.FAILED


def format_record(record: Rdata) -> str:
    """Return the text of a record.

    A CNAME gives its target in lower case without the final dot, a TXT record its joined strings.
    """
    if isinstance(record, CNAME):
        return str(record.target.to_text(omit_final_dot=True)).lower()
    strings = record.strings if isinstance(record, TXT) else ()
    return b"".join(strings).decode("utf-8", "replace")[:TEXT_LIMIT]
