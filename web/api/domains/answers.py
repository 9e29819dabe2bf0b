"""A mount as its owner sees it, with the DNS records that prove it."""

from ipaddress import ip_address
from typing import Literal, TypeAlias, TypedDict

from domain.account.dns_proof import Proof
from domain.account.domains import Mount, MountKind, MountState
from domain.calendar import iso as written
from domain.hostnames import LONGEST
from domain.runtime.setting_values import addresses
from domain.runtime.settings import Settings
from domain.store.postgres.domains.custom_domains import OwnedMount
from web.api.domains.host_input import is_apex
from web.http.responses import iso
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
    """Return a mount as JSON."""
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
        "createdAt": written(mount.created_at),
        "verifiedAt": iso(mount.verified_at),
        "checkedAt": iso(owned.checked_at),
        "nextCheckAt": iso(owned.next_at),
    }


def dns_records(mount: Mount, settings: Settings) -> list[DnsRecordView]:
    """Return the records that prove a domain, either of the first two; a subdomain needs none."""
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
    """Return the records that lead a host to us where it can't have a CNAME."""
    listed = addresses(settings.edge_addresses)
    families: dict[int, RecordType] = {4: "A", 6: "AAAA"}
    return [
        {"type": families[ip_address(found).version], "name": host, "value": found}
        for found in listed
    ]
