"""Addresses of subscribers: their channels, their form, and how they are shown."""

import re
from typing import Final
from urllib.parse import urlsplit

from domain.account.credentials import email_problem
from domain.notifications.choices import Channel
from web.api.field_sentences import ADDRESS_LIMIT

CHANNELS: Final = {
    Channel.EMAIL: "E-mail",
    Channel.WEBHOOK: "Webhook",
    Channel.SLACK: "Slack",
    Channel.DISCORD: "Discord",
    Channel.TEAMS: "Microsoft Teams",
}
# Where all addresses of a channel begin; Teams and webhooks have hosts of many.
BEGINNINGS: Final = {
    Channel.SLACK: ("https://hooks.slack.com/services/",),
    Channel.DISCORD: ("https://discord.com/api/webhooks/", "https://discordapp.com/api/webhooks/"),
}
TEAMS_HOSTS: Final = (
    ".logic.azure.com",
    ".api.powerplatform.com",
    ".powerautomate.com",
    ".flow.microsoft.com",
)
PORTS: Final = {None, 443, 8443}
_ADDRESS: Final = re.compile(r"https://[!-~]+", re.IGNORECASE)
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)


def address_problem(channel: Channel, address: str) -> str | None:
    """Return a sentence why a trimmed address is not one of its channel, or None."""
    if channel is Channel.EMAIL:
        problem = email_problem(address)
        return problem and problem.replace("(email)", "(address)")
    if len(address) > ADDRESS_LIMIT:
        return f"The address has at most {ADDRESS_LIMIT:,} characters."
    beginnings = BEGINNINGS.get(channel)
    if beginnings and not address.startswith(beginnings):
        return f"An address of {CHANNELS[channel]} begins with {beginnings[0]}."
    return url_problem(address)


# The check of outgoing requests replaces it: it knows which hosts and networks are not ours.
def url_problem(address: str) -> str | None:
    """Return a sentence why an address can't be called; None if it can."""
    sentence = "Enter an address that begins with https://, such as https://example.com/hook."
    if not _ADDRESS.fullmatch(address):
        return sentence
    try:
        parts = urlsplit(address)
        has_port = parts.port in PORTS
    except ValueError:
        return sentence
    is_plain = has_port and "@" not in parts.netloc and not parts.fragment
    return None if is_plain and _HOST.fullmatch(parts.hostname or "") else sentence


def host_of(address: str) -> str:
    """Return the host of a URL."""
    return (urlsplit(address).hostname or "").lower()


# The check of outgoing requests adds the IP address: it resolves the host.
def destinations_of(address: str) -> tuple[str, ...]:
    """Return the destinations that count the test messages to a URL; none on a shared host.

    Many tenants share the hosts of Slack, Discord and Teams.
    """
    host = host_of(address)
    shared = {urlsplit(start).hostname for starts in BEGINNINGS.values() for start in starts}
    return () if host in shared or host.endswith(TEAMS_HOSTS) else (host,)


def mask_address(channel: Channel, address: str) -> str:
    """Return an address that only its owner recognizes: `a…@e…`, or the host of a URL."""
    if channel is Channel.EMAIL:
        local, _, domain = address.rpartition("@")
        return f"{local[:1]}…@{domain[:1]}…"
    return f"{host_of(address)}/…"
