"""Questions to real DNS, each answered in bounded time with one of the words of `Said`."""

import contextlib
import time
from dataclasses import dataclass

import dns.exception
import dns.resolver
from dns.rdata import Rdata
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.TXT import TXT

from domain.account.dns_proof import Answer, Proof, Said
from domain.runtime.setting_values import addresses
from domain.runtime.settings import Settings

RESOLV_CONF = "/etc/resolv.conf"
HOPS_MAX = 8  # CNAMEs that are followed; more is as good as a circle
TRY_S = 1.0  # a name server that is silent for this long is asked again, or the next one is
RECORDS_MAX = 50  # texts of one name that are looked at
TEXT_LIMIT = 1_000


def make_resolver(settings: Settings) -> dns.resolver.Resolver:
    """Return a resolver that asks the servers of the settings, or else those of this machine."""
    servers = addresses(settings.dns_servers)
    resolver = dns.resolver.Resolver(configure=False)
    if servers:
        resolver.nameservers = list(servers)
        resolver.port = settings.dns_port
    else:
        # A machine without a resolv.conf has no servers: every question is told to have failed.
        with contextlib.suppress(dns.resolver.NoResolverConfiguration):
            resolver.read_resolv_conf(RESOLV_CONF)
    resolver.timeout = TRY_S
    resolver.cache = None  # whoever mends a record and asks again shall be told of the new one
    return resolver


@dataclass(frozen=True, slots=True)
class Lookup:
    """Looks for the proof of one mount; all questions together take `timeout_s` at most."""

    resolver: dns.resolver.Resolver
    timeout_s: float

    def answers(self, proof: Proof) -> tuple[Answer, Answer]:
        """Return what is said of the CNAME and of the TXT, which a proof by CNAME spares.

        Either record gets half of the time: where one is not answered, the other may be.
        """
        begun_at = time.monotonic()
        aliases = self.aliases(proof.host, proof.alias, begun_at + self.timeout_s / 2)
        unasked = Answer(Said.NO_RECORD)
        if proof.is_given_by(aliases, unasked):
            return aliases, unasked
        return aliases, self.ask(proof.text_name, "TXT", begun_at + self.timeout_s)

    def aliases(self, host: str, wanted: str, ends_at: float) -> Answer:
        """Return the names that CNAMEs of `host` lead through, as far as `wanted` if it is there.

        Only CNAMEs are asked for: whether anything is at their end matters to nobody here.
        """
        found: list[str] = []
        while len(found) < HOPS_MAX:
            asked = self.ask(found[-1] if found else host, "CNAME", ends_at)
            if asked.said is not Said.RECORDS:
                return Answer(Said.RECORDS, tuple(found)) if found else asked
            alias = asked.values[0]
            if alias == host or alias in found:
                return Answer(Said.LOOP)
            found.append(alias)
            if alias == wanted:
                return Answer(Said.RECORDS, tuple(found))
        return Answer(Said.LOOP)

    def ask(self, name: str, kind: str, ends_at: float) -> Answer:
        """Ask one question; after `ends_at` on the monotonic clock nobody waits any more."""
        left_s = ends_at - time.monotonic()
        if left_s <= 0:
            return Answer(Said.SILENT)
        try:
            found = self.resolver.resolve(name, kind, lifetime=left_s, search=False)
        except dns.exception.DNSException as error:
            return Answer(said_by(error))
        return Answer(Said.RECORDS, tuple(sorted(map(plain, list(found)[:RECORDS_MAX]))))


def said_by(error: dns.exception.DNSException) -> Said:
    """Return what a failed question says; whatever is not known of is a failure of the servers."""
    match error:
        case dns.resolver.NXDOMAIN():
            return Said.NO_NAME
        case dns.resolver.NoAnswer():
            return Said.NO_RECORD
        case dns.resolver.YXDOMAIN():
            return Said.LOOP
        case dns.exception.Timeout():
            return Said.SILENT
        case _:
            return Said.FAILED


def plain(record: Rdata) -> str:
    """Return a record's text: a name in lower case without the root's dot, or a TXT's strings."""
    if isinstance(record, CNAME):
        return str(record.target.to_text(omit_final_dot=True)).lower()
    strings = record.strings if isinstance(record, TXT) else ()
    return b"".join(strings).decode("utf-8", "replace")[:TEXT_LIMIT]
