"""Questions to real DNS, each answered in bounded time with one of the words of `Said`."""

import contextlib
import time
from dataclasses import dataclass, field

import dns.exception
import dns.resolver
from dns.rdata import Rdata
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.TXT import TXT

from domain.account.mount_proof import Answer, Proof, Said
from domain.store.settings import Settings, addresses

RESOLV_CONF = "/etc/resolv.conf"
HOPS_MAX = 8  # CNAMEs that are followed; more is as good as a circle
TRY_S = 2.0  # a name server that is silent for this long is asked again, or the next one is
RECORDS_MAX = 50  # texts of one name that are looked at
TEXT_LIMIT = 1_000


def make_resolver(settings: Settings) -> dns.resolver.Resolver:
    """Return a resolver that asks the servers of the settings, or else those of this machine."""
    servers = addresses(settings.dns_servers, "DNS_SERVERS")
    resolver = dns.resolver.Resolver(configure=False)
    if servers:
        resolver.nameservers = list(servers)
        resolver.port = settings.dns_port
    else:
        # A machine without a resolv.conf has no servers: every question is told to have failed.
        with contextlib.suppress(dns.resolver.NoResolverConfiguration):
            resolver.read_resolv_conf(RESOLV_CONF)
    resolver.timeout = min(TRY_S, settings.dns_timeout_s)
    resolver.lifetime = settings.dns_timeout_s
    resolver.cache = None  # whoever mends a record and asks again shall be told of the new one
    return resolver


@dataclass(frozen=True, slots=True)
class Lookup:
    """Looks for the proof of one mount; all questions together end after `ends_at`."""

    resolver: dns.resolver.Resolver
    ends_at: float = field(default=float("inf"))

    def problem(self, proof: Proof) -> str | None:
        """Return None if the proof was seen, else in words why not."""
        aliases = self.aliases(proof.host, proof.alias)
        if proof.is_given_by(aliases, Answer(Said.NO_RECORD)):
            return None
        return proof.problem(aliases, self.texts(proof.text_name))

    def aliases(self, host: str, wanted: str) -> Answer:
        """Return the names that CNAMEs of `host` lead through, as far as `wanted` if it is there.

        Only CNAMEs are asked for: whether anything is at their end matters to nobody here.
        """
        found: list[str] = []
        while len(found) < HOPS_MAX:
            asked = self.ask(found[-1] if found else host, "CNAME")
            if asked.said is not Said.RECORDS:
                return Answer(Said.RECORDS, tuple(found)) if found else asked
            alias = asked.values[0]
            if alias == host or alias in found:
                return Answer(Said.LOOP)
            found.append(alias)
            if alias == wanted:
                return Answer(Said.RECORDS, tuple(found))
        return Answer(Said.LOOP)

    def texts(self, name: str) -> Answer:
        """Return the TXT records of a name."""
        return self.ask(name, "TXT")

    def ask(self, name: str, kind: str) -> Answer:
        """Ask one question."""
        left_s = min(self.ends_at - time.monotonic(), self.resolver.lifetime)
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
