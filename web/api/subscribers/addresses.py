"""Addresses of subscribers: their channels, their form, and how they are shown."""

from typing import Final
from urllib.parse import urlsplit

from domain.account.credentials import email_problem
from domain.notifications.choices import Channel
from domain.runtime.outgoing.target import Target
from web.api.field_sentences import ADDRESS_LIMIT
from web.http.rate_limits import network_of

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
VISIBLE_END: Final = 4  # of a URL


def address_problem(channel: Channel, address: str) -> str | None:
    """Return a sentence why a trimmed address is not one of its channel, or None.

    The host of a URL is checked apart from that (targets.py).
    """
    if channel is Channel.EMAIL:
        problem = email_problem(address)
        return problem and problem.replace("(email)", "(address)")
    if len(address) > ADDRESS_LIMIT:
        return f"The address has at most {ADDRESS_LIMIT:,} characters."
    beginnings = BEGINNINGS.get(channel)
    if beginnings and not address.startswith(beginnings):
        return f"An address of {CHANNELS[channel]} begins with {beginnings[0]}."
    return None


def host_of(address: str) -> str:
    """Return the host of a URL."""
    return (urlsplit(address).hostname or "").lower()


def destinations_of(target: Target) -> tuple[str, ...]:
    """Return the host and the network that count test messages; none of a shared host.

    There is none on a host that many tenants share: Slack, Discord and Teams.
    """
    shared = {urlsplit(start).hostname for starts in BEGINNINGS.values() for start in starts}
    is_shared = target.host in shared or target.host.endswith(TEAMS_HOSTS)
    return () if is_shared else (target.host, network_of(target.address))


def mask_address(channel: Channel, address: str) -> str:
    """Return an address that only its owner recognizes: `a…@e…`, or the host of a URL."""
    if channel is Channel.EMAIL:
        local, _, domain = address.rpartition("@")
        return f"{local[:1]}…@{domain[:1]}…"
    return f"{host_of(address)}/…"


def show_address(channel: Channel, address: str) -> str:
    """Return an address for the page's owner: of a URL the ends only."""
    if channel is Channel.EMAIL:
        return address
    return f"{host_of(address)}/…{address[-VISIBLE_END:]}"
