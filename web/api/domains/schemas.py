"""Bodies about the hosts of a page. Unknown fields are rejected.

Source: docs/behaviour.md, "Mounting a host".
"""

from functools import cache
from ipaddress import ip_address
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta
from publicsuffixlist import PublicSuffixList

from domain.account.commands import MountHost
from domain.account.dns_proof import Proof
from domain.account.domains import Mount, MountKind, MountState
from domain.hostnames import (
    LONGEST,
    BadHostError,
    is_reserved,
    name_problem,
    parse_host,
    reserved_name_problem,
    subdomain_of,
)
from domain.runtime.new_ids import new_id, new_mount_token
from domain.runtime.setting_values import addresses
from domain.runtime.settings import Settings
from domain.store.postgres.custom_domains import OwnedMount
from web.api import field_sentences as says
from web.api.audit_sentences import fixed_sentence
from web.api.field_sentences import HOST_LIMIT
from web.http.bodies import text
from web.http.errors import ApiError, invalid
from web.http.hosts import to_ascii_host, to_unicode_host
from web.http.wire import Answer, Id, Instant, Named, to_answer
from web.openapi.describe import Example, Operation, PathParameter
from web.openapi.operations import TAIL, Names, Payload


@cache
def suffixes() -> PublicSuffixList:
    """Return the suffix list of the library, without a download."""
    return PublicSuffixList()


def build_mount_command(
    page_id: str, text: str, field: str, settings: Settings, *, wants_primary: bool = False
) -> MountHost:
    """Return the command that mounts the host in `field`. Raises ApiError 400, 409."""
    host = normalize_host(text, field, settings)
    if subdomain_of(host, settings.base_domain) is not None:
        return MountHost(new_id("m"), page_id, host, MountKind.SUBDOMAIN, "", wants_primary)
    return MountHost(new_id("m"), page_id, host, MountKind.DOMAIN, new_mount_token(), wants_primary)


def normalize_host(text: str, field: str, settings: Settings) -> str:
    """Return a host in its normal form, for comparison. Raises ApiError 400, 409."""
    base = settings.base_domain
    try:
        host = to_ascii_host(parse_host(text))
    except BadHostError as error:
        raise invalid(str(error), field) from None
    problem = name_problem(host, base) or reserved_name_problem(host, base, settings.cname_target)
    if problem:
        raise invalid(problem, field)
    label = subdomain_of(host, base)
    if label is not None and is_reserved(label):
        raise reserved_error(label, field)
    if label is None and suffixes().is_public(host):
        raise invalid(f"Enter a domain of your own ({{field}}): {host} is shared by many.", field)
    return host


def reserved_error(label: str, field: str) -> ApiError:
    """Return a 409 for a subdomain that the service reserves."""
    sentence = f"{label} is reserved for the service itself."
    return ApiError(409, "CONFLICT", sentence, {field: sentence})


def is_apex(host: str) -> bool:
    """Return whether a host is a registered domain, which can't have a CNAME."""
    return suffixes().privatesuffix(host) == host


Host = Annotated[str, text(HOST_LIMIT, "`acme.<base>`, or a domain of yours."), says.HOST]


class NewMount(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A host for a page."""

    host: Host


class MountChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A change of a mount: it becomes the primary one."""

    primary: Annotated[
        bool,
        Meta(extra_json_schema={"const": True, "description": "Only true is allowed."}),
        says.PRIMARY,
    ]


RecordType: TypeAlias = Literal["CNAME", "TXT", "A", "AAAA"]


class DnsRecordView(Answer, frozen=True):
    """A DNS record to create: type, full name, value."""

    type: RecordType
    name: str
    value: str


class MountView(Answer, frozen=True):
    """A mount; `reason` is a sentence about the problem, or null.

    `host` is in ASCII (`xn--…` for an IDN), `hostUnicode` as people write it. `nextCheckAt` is
    null when no lookup is planned.
    """

    id: Id
    host: str
    host_unicode: str
    kind: MountKind
    state: MountState
    reason: str | None
    is_primary: bool = msgspec.field(name="primary")
    url: str
    dns: list[DnsRecordView]
    created_at: Instant
    verified_at: Instant | None
    checked_at: Instant | None
    next_check_at: Instant | None


def mount_view(owned: OwnedMount, settings: Settings) -> MountView:
    """Return a custom domain or subdomain as JSON."""
    mount = owned.mount
    return to_answer(
        MountView,
        mount,
        host_unicode=to_unicode_host(mount.host),
        url=settings.page_url(mount.host),
        dns=dns_records(mount, settings),
        checked_at=owned.checked_at,
        next_check_at=owned.next_at,
    )


def dns_records(mount: Mount, settings: Settings) -> list[DnsRecordView]:
    """Return the DNS records of a custom domain; a subdomain needs none.

    Either of the first two records proves the domain.
    """
    if mount.kind is MountKind.SUBDOMAIN:
        return []
    proof = Proof(mount.host, mount.token, settings.cname_target)
    records = [DnsRecordView("CNAME", mount.host, proof.alias)]
    if len(proof.text_name) <= LONGEST:
        records.append(DnsRecordView("TXT", proof.text_name, proof.text))
    if is_apex(mount.host):
        records += edge_records(mount.host, settings)
    return records


def edge_records(host: str, settings: Settings) -> list[DnsRecordView]:
    """Return the A and AAAA records for a host that can't have a CNAME."""
    edge_addresses = addresses(settings.edge_addresses)
    record_types: dict[int, RecordType] = {4: "A", 6: "AAAA"}
    return [
        DnsRecordView(record_types[ip_address(address).version], host, address)
        for address in edge_addresses
    ]


MOUNT = "m_" + TAIL.format("k")
PATH_PARAMETERS = {"mid": PathParameter("mountId", "A mount of the page.", MOUNT)}
TAG = "Hosts"
AT = "2026-11-23T14:02:00.000Z"
TOKEN = "3vq8m2x7t4z9k1w6"  # noqa: S105 - it is public in DNS
SUBDOMAIN: dict[str, Any] = {
    "id": MOUNT,
    "host": "acme.hep.gg",
    "hostUnicode": "acme.hep.gg",
    "kind": "subdomain",
    "state": "active",
    "reason": None,
    "primary": True,
    "url": "https://acme.hep.gg/",
    "dns": [],
    "createdAt": AT,
    "verifiedAt": AT,
    "checkedAt": None,
    "nextCheckAt": None,
}
DOMAIN = {
    "id": MOUNT,
    "host": "status.acme.com",
    "hostUnicode": "status.acme.com",
    "kind": "domain",
    "state": "pending",
    "reason": "Waiting for the first lookup in DNS.",
    "primary": False,
    "url": "https://status.acme.com/",
    "dns": [
        {"type": "CNAME", "name": "status.acme.com", "value": f"{TOKEN}.mount.hep.gg"},
        {"type": "TXT", "name": "_hepstatus.status.acme.com", "value": f"hepstatus-verify={TOKEN}"},
    ],
    "createdAt": AT,
    "verifiedAt": None,
    "checkedAt": None,
    "nextCheckAt": AT,
}

MOUNT_HOST = Operation(
    name="mountHost",
    tag=TAG,
    summary="Connect a host: a subdomain of the base at once, a domain once its proof was seen.",
    note="409: taken, reserved, mounted here already, a second subdomain or a sixth domain, or a"
    " subdomain that another account had in the last 30 days. 429: an account's eleventh new"
    " subdomain within 24 hours; pages that are created with one count too.",
    body=NewMount,
    data=MountView,
    status=201,
    refusals=("EMAIL_UNVERIFIED", "CONFLICT"),
    examples=(Example("a domain", body={"host": "status.acme.com"}, data=DOMAIN),),
)
LIST_MOUNTS = Operation(
    name="listMounts",
    tag=TAG,
    summary="List a page's mounts, oldest first.",
    data=list[MountView],
    examples=(Example("a subdomain", data=[SUBDOMAIN]),),
)
CHANGE_MOUNT = Operation(
    name="changeMount",
    tag=TAG,
    summary="Make a mount's host the page's canonical one.",
    note="409: it is not active.",
    body=MountChange,
    data=MountView,
    later=Named,
    refusals=("CONFLICT",),
    examples=(Example("the primary host", body={"primary": True}, data=SUBDOMAIN),),
)
UNMOUNT_HOST = Operation(
    name="unmountHost",
    tag=TAG,
    summary="Remove a host from its page. It is free from this answer on.",
    data=Named,
    examples=(Example("a mount", data={"id": MOUNT}),),
)
VERIFY_MOUNT = Operation(
    name="verifyMount",
    tag=TAG,
    summary="Look up the records of a mount again, now.",
    note="What failed or lapsed is pending again. The answer tells the mount as it is before that"
    " lookup; a subdomain needs none.",
    data=MountView,
    later=Named,
    examples=(Example("a subdomain", data=SUBDOMAIN),),
)


def mount_sentence(payload: Payload, _: Names) -> str:
    """Return the host that was added."""
    return f"Added the domain {payload.get('host')}"


SENTENCES = {
    "MountHost": mount_sentence,
    "VerifyMount": fixed_sentence("Started a DNS check"),
    "UnmountHost": fixed_sentence("Removed the domain"),
    "SetPrimary": fixed_sentence("Changed the primary domain"),
}
