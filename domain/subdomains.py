"""Allowed names under the base domain.

Source: docs/behaviour.md, "Mounting a host".
"""

import re
from typing import Final

LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_WORDS: Final = (
    "about", "abuse", "account", "accounts", "admin", "api", "app", "assets", "auth", "autoconfig",
    "autodiscover", "billing", "blog", "cdn", "cname", "console", "dashboard", "dev", "docs",
    "email", "ftp", "help", "hep", "hooks", "hostmaster", "imap", "info", "internal", "localhost",
    "login", "mail", "metrics", "mta-sts", "mx", "noc", "ns", "ns1", "ns2", "ns3", "ns4", "oauth",
    "official", "openpgpkey", "ops", "payments", "pop", "pop3", "portal", "postmaster", "root",
    "secure", "security", "shop", "signup", "smtp", "ssl", "sso", "staging", "static", "status",
    "statuspage", "support", "sysadmin", "test", "tls", "verify", "webmail", "webmaster", "wpad",
    "www",
)  # fmt: skip
RESERVED: Final = frozenset(_WORDS)


def subdomain_problem(label: str) -> str | None:
    """Return a sentence why `label` is no valid subdomain, or None."""
    if not LABEL.fullmatch(label):
        return (
            "A subdomain has 1 to 63 characters: letters a-z, digits and hyphens,"
            " with no hyphen at either end."
        )
    if label.startswith("xn--"):
        return "A subdomain of the base is written in letters a-z, digits and hyphens."
    return None


def is_reserved(label: str) -> bool:
    """Return whether a subdomain is reserved for the service itself."""
    return label in RESERVED
