"""Whether an account may have a host that it asks for, by what the store found out. Pure."""

from datetime import datetime

from domain.account.facts import Facts
from domain.results import Code, Rejection

TOO_MANY = (
    "This account has taken as many new subdomains as it may within 24 hours."
    " Please try again later."
)


def refuse_host(host: str, field: str, at: datetime, facts: Facts) -> Rejection | None:
    """Return why a host can't be had at the instant `at`; None if it can.

    Source: docs/behaviour.md, "Mounting a host".
    """
    if not facts.host_is_ours:
        sentence = held(host, facts.held_until) if facts.held_until else f"{host} is taken."
        return Rejection(Code.CONFLICT, sentence, {field: sentence})
    if facts.next_subdomain_at is not None and at < facts.next_subdomain_at:
        return Rejection(Code.RATE_LIMITED, TOO_MANY, {field: TOO_MANY}, facts.next_subdomain_at)
    return None


def held(host: str, until: datetime) -> str:
    """Say that a host is kept for the account that had it, and until when."""
    return (
        f"{host} belonged to another account and is kept for it for 30 days:"
        f" it is free from {until:%Y-%m-%d %H:%M} UTC on."
    )
