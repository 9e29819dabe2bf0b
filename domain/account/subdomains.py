"""Decision whether an account may have a host, from the store's facts. Pure."""

from datetime import datetime

from domain.account.state import Facts
from domain.results import Code, Rejection

TOO_MANY = (
    "This account has taken as many new subdomains as it may within 24 hours."
    " Please try again later."
)


def reject_host(host: str, field: str, at: datetime, facts: Facts) -> Rejection | None:
    """Return why a host is not available at `at`; None if it is.

    Source: docs/behaviour.md, "Mounting a host".
    """
    if not facts.host_is_ours:
        sentence = (
            reserved_message(host, facts.held_until) if facts.held_until else f"{host} is taken."
        )
        return Rejection(Code.CONFLICT, sentence, {field: sentence})
    if facts.next_subdomain_at is not None and at < facts.next_subdomain_at:
        return Rejection(Code.RATE_LIMITED, TOO_MANY, {field: TOO_MANY}, facts.next_subdomain_at)
    return None


def reserved_message(host: str, until: datetime) -> str:
    """Return the message for a host reserved for its former account."""
    return (
        f"{host} belonged to another account and is kept for it for 30 days:"
        f" it is free from {until:%Y-%m-%d %H:%M} UTC on."
    )
