"""The address of the mail server, as the setting SMTP_URL gives it."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from domain.runtime.setting_values import host_name, is_address, readable, scheme_problem

FORM: Final = "smtp://user:password@host:587"
PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server; `user` is empty if it wants no login.

    `is_tls` from the first byte on; `needs_starttls`: nothing is sent before it.
    """

    host: str
    port: int
    user: str
    password: str
    is_tls: bool
    needs_starttls: bool


def smtp_problem(url: str) -> str | None:
    """Check the URL of a mail server; no connection is made."""
    if problem := scheme_problem(url, tuple(PORTS), FORM):
        return problem
    parts = readable(url)
    if parts is None or not parts.hostname or not _is_host(parts.hostname) or _has_more(parts):
        return (
            f"must be of the form {FORM}, with a port from 1 to 65535, %40 for an @ in the name or"
            " password, and ?starttls=on or ?starttls=off at most after it."
        )
    return None


def parse_smtp_url(url: str) -> SmtpServer:
    """Return the mail server of a URL that `smtp_problem` accepts.

    STARTTLS is required, except for a server on this machine.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_tls = parts.scheme == "smtps"
    default = "off" if is_loopback(host) else "on"
    starttls = dict(parse_qsl(parts.query)).get("starttls", default)
    return SmtpServer(
        host,
        parts.port or PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        is_tls,
        not is_tls and starttls == "on",
    )


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    return host == "localhost" or (is_address(host) and ip_address(host).is_loopback)


def _is_host(host: str) -> bool:
    return is_address(host) or host_name(host) is None


def _has_more(parts: SplitResult) -> bool:
    is_known = parts.query in {"", "starttls=on", "starttls=off"}
    return parts.path not in {"", "/"} or not is_known or bool(parts.fragment)
