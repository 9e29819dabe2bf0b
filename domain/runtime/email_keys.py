"""The keys by which e-mail addresses are compared: one mailbox has one key.

NFC; the local part in lower case, never case-folded (`ruß@` and `russ@` are two people); the domain
as DNS knows it, for `münchen.example` and `xn--mnchen-3ya.example` are one.
"""

from unicodedata import normalize

import idna


def email_key(email: str) -> str:
    """Return the key of an address for column `mailbox_key`."""
    local, at, domain = normalize("NFC", email.strip()).rpartition("@")
    return f"{normalize('NFC', local.lower())}{at}{_dns_form(domain)}"


def former_email_key(email: str) -> str:
    """Return the key of an address for column `email_key`, used by earlier releases."""
    return email.strip().casefold()


def _dns_form(domain: str) -> str:
    """Return a domain in ASCII; outside IDN only in lower case."""
    name = domain.lower().removesuffix(".")
    try:
        return name if name.isascii() else idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return name
