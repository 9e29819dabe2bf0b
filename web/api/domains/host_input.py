"""Parser of host input, up to the command that mounts the host.

Source: docs/behaviour.md, "Mounting a host".
"""

from functools import cache

from publicsuffixlist import PublicSuffixList

from domain.account.domain_commands import MountHost
from domain.account.domains import MountKind
from domain.hostnames import (
    BadHostError,
    name_problem,
    parse_host,
    reserved_name_problem,
    subdomain_of,
)
from domain.runtime.new_ids import new_id, new_mount_token
from domain.runtime.settings import Settings
from domain.subdomains import is_reserved
from web.http.errors import ApiError, invalid
from web.visitors.hosts import ascii_form


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
        host = ascii_form(parse_host(text))
    except BadHostError as error:
        raise invalid(f"{field} {error}", field) from None
    problem = name_problem(host, base) or reserved_name_problem(host, base, settings.cname_target)
    if problem:
        raise invalid(f"{field} {problem}", field)
    label = subdomain_of(host, base)
    if label is not None and is_reserved(label):
        raise reserved_error(label, field)
    if label is None and suffixes().is_public(host):
        raise invalid(f"{field} must be a domain of your own: many share {host}.", field)
    return host


def reserved_error(label: str, field: str) -> ApiError:
    """Return a 409 for a subdomain that the service reserves."""
    sentence = f"{label} is reserved for the service itself."
    return ApiError(409, "CONFLICT", sentence, {field: sentence})


def is_apex(host: str) -> bool:
    """Return whether a host is a registered domain, which can't have a CNAME."""
    return suffixes().privatesuffix(host) == host
