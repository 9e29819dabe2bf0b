"""The resolver of DNS: the settings' name servers, else this machine's."""

import contextlib

import dns.resolver

from domain.runtime.setting_values import addresses
from domain.runtime.settings import Settings

RESOLV_CONF = "/etc/resolv.conf"
TRY_S = 1.0  # then the query is repeated, or sent to the next server


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
