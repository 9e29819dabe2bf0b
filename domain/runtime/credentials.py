"""How accounts are compared: the keys of e-mail addresses, and common passwords.

One mailbox has one key. NFC; the local part in lower case, never case-folded (`ruß@` and `russ@`
are two people); the domain as DNS knows it, for `münchen.example` and `xn--mnchen-3ya.example` are
one.
"""

from functools import cache
from pathlib import Path
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


# Its source and licence are in the .md file beside it.
PASSWORD_FILE = Path(__file__).with_name("common_passwords.txt")


@cache
def common_passwords() -> frozenset[str]:
    """Return the 3,000 commonest passwords of sufficient length, in lower case."""
    return frozenset(PASSWORD_FILE.read_text("utf-8").split("\n")) - {""}
