"""Answers about the custom domains of a page, with their DNS records."""

from ipaddress import ip_address
from typing import Literal, TypeAlias, TypedDict

from domain.account.dns_proof import Proof
from domain.account.domains import Mount, MountKind, MountState
from domain.calendar import iso
from domain.hostnames import LONGEST
from domain.runtime.setting_values import addresses
from domain.runtime.settings import Settings
from domain.store.postgres.domains.custom_domains import OwnedMount
from web.api.domains.host_input import is_apex
from web.http.responses import iso as iso_or_none
from web.http.wire import Id, Instant
from web.visitors.hosts import unicode_form

RecordType: TypeAlias = Literal["CNAME", "TXT", "A", "AAAA"]


class DnsRecordView(TypedDict):
    """A record to make: its type, its full name, and what it says."""

    type: RecordType
    name: str
    value: str


class MountView(TypedDict):
    """A mount. `reason` says in plain words what is wrong or waited for; null if nothing is.

    `host` is in ASCII (`xn--…` for an IDN), `hostUnicode` as people write it. `nextCheckAt` is
    null when no lookup is planned.
    """

    id: Id
    host: str
    hostUnicode: str
    kind: MountKind
    state: MountState
    reason: str | None
    primary: bool
    url: str
    dns: list[DnsRecordView]
    createdAt: Instant
    verifiedAt: Instant | None
    checkedAt: Instant | None
    nextCheckAt: Instant | None


def mount_view(owned: OwnedMount, settings: Settings) -> MountView:
    """Return a custom domain or subdomain as JSON."""
    mount = owned.mount
    return {
        "id": mount.id,
        "host": mount.host,
        "hostUnicode": unicode_form(mount.host),
        "kind": mount.kind,
        "state": mount.state,
        "reason": mount.reason,
        "primary": mount.is_primary,
        "url": settings.page_url(mount.host),
        "dns": dns_records(mount, settings),
        "createdAt": iso(mount.created_at),
        "verifiedAt": iso_or_none(mount.verified_at),
        "checkedAt": iso_or_none(owned.checked_at),
        "nextCheckAt": iso_or_none(owned.next_at),
    }


def dns_records(mount: Mount, settings: Settings) -> list[DnsRecordView]:
    """Return the DNS records of a custom domain; a subdomain needs none.

    Either of the first two records proves the domain.
    """
    if mount.kind is MountKind.SUBDOMAIN:
        return []
    proof = Proof(mount.host, mount.token, settings.cname_target)
    records: list[DnsRecordView] = [{"type": "CNAME", "name": mount.host, "value": proof.alias}]
    if len(proof.text_name) <= LONGEST:
        records.append({"type": "TXT", "name": proof.text_name, "value": proof.text})
    if is_apex(mount.host):
        records += edge_records(mount.host, settings)
    return records


def edge_records(host: str, settings: Settings) -> list[DnsRecordView]:
    """Return the A and AAAA records for a host that can't have a CNAME."""
    edge_addresses = addresses(settings.edge_addresses)
    record_types: dict[int, RecordType] = {4: "A", 6: "AAAA"}
    return [
        {"type": record_types[ip_address(address).version], "name": host, "value": address}
        for address in edge_addresses
    ]
