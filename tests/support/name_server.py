"""A real authoritative name server on loopback, whose records a test changes while workers look."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dnslib import AAAA, CNAME, QTYPE, RCODE, RR, TXT, A, DNSRecord
from dnslib.dns import DNSError
from dnslib.server import BaseResolver, DNSHandler, DNSLogger, DNSServer

RDATA = {"CNAME": CNAME, "TXT": TXT, "A": A, "AAAA": AAAA}


class SilenceError(DNSError):
    """The server says nothing at all: the library drops the question at such an error."""


@dataclass
class Zone(BaseResolver):
    """What the server knows: records by (name, type), and names about which it is unwell."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    def put(self, name: str, kind: str, *values: str) -> None:
        """Make the records of a name; none: take them away."""
        if values:
            self.records[name.lower(), kind] = list(values)
        else:
            self.records.pop((name.lower(), kind), None)

    def fail(self, name: str, how: str) -> None:
        """Answer for a name with `SERVFAIL`, with silence (`TIMEOUT`), or well again (``)."""
        self.troubles[name.lower()] = how

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord:
        name = str(request.q.qname).rstrip(".").lower()
        kind = QTYPE[request.q.qtype]
        self.asked.append((name, kind))
        reply = request.reply()
        trouble = self.troubles.get(name)
        if trouble == "TIMEOUT":
            raise SilenceError
        if trouble:
            reply.header.rcode = getattr(RCODE, trouble)
            return reply
        for found in (kind, "CNAME"):  # an alias is told whatever is asked, as RFC 1034 wants it
            for value in self.records.get((name, found), ()):
                reply.add_answer(RR(name, QTYPE.reverse[found], rdata=RDATA[found](value), ttl=0))
            if reply.rr:
                return reply
        if not any(known == name or known.endswith(f".{name}") for known, _ in self.records):
            reply.header.rcode = RCODE.NXDOMAIN
        return reply


@contextmanager
def name_server() -> Iterator[Zone]:
    """Run a server on a free port of loopback; the zone is yours to change."""
    zone = Zone()
    logger = DNSLogger("-request,-reply,-truncated,-error")
    server = DNSServer(zone, address="127.0.0.1", port=0, logger=logger)
    zone.port = server.server.server_address[1]
    thread = threading.Thread(target=server.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield zone
    finally:
        server.server.shutdown()
        server.server.server_close()
        thread.join()
