"""Validation of host names and their one stored form.

In a message `{field}` stands for the field's name, which the caller knows. Between `parse_host` and
the other functions, the caller converts the name to ASCII (IDN needs a library).

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
        return "A subdomain has letters a-z, digits and hyphens only, and does not begin with xn--."
    return None


def is_reserved(label: str) -> bool:
    """Return whether a subdomain is reserved for the service itself."""
    return label in RESERVED


LONGEST: Final = 253  # characters, RFC 1035 without the root's dot
LONGEST_LABEL: Final = 63
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
# The last label of an IPv4 address for WHATWG's URL parser: decimal, octal or hexadecimal.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_IP: Final = "Enter a host name ({field}) such as status.acme.com, not an IP address."
_PATH: Final = "Enter the host name alone ({field}), such as status.acme.com, without a path."
NO_HOST: Final = (
    "A host name ({field}) has letters, digits, hyphens and dots only, such as status.acme.com."
)
_SIGNS: Final = (
    ("://", "Enter the host name alone ({field}), such as status.acme.com, without a scheme."),
    ("/", _PATH),
    ("?", _PATH),
    ("#", _PATH),
    ("\\", _PATH),
    ("@", "Enter the host name alone ({field}), such as status.acme.com, without a user name."),
    ("*", "Enter one host name ({field}) such as status.acme.com: a wildcard is not possible."),
)


class BadHostError(ValueError):
    """An invalid host name; the message is a sentence in which `{field}` stands for the field."""


def parse_host(text: str) -> str:
    """Return the host name in the text that a user typed or pasted.

    `https://status.acme.com:443/` is accepted too. Raises BadHostError for other text, before IDN.
    """
    rest = text.strip()
    if scheme := _WEB.match(rest):
        rest = rest[scheme.end() :].removesuffix("/")
    if problem := _sign_problem(rest):
        raise BadHostError(problem)
    name, colon, port = rest.partition(":")
    if colon and not re.fullmatch(r"[0-9]{1,5}", port):
        raise BadHostError("Enter the host name alone ({field}), such as status.acme.com.")
    return name


def _sign_problem(name: str) -> str | None:
    for sign, problem in _SIGNS:
        if sign in name:
            return problem
    if name.startswith("[") or name.count(":") > 1:
        return _IP
    if any(sign.isspace() or not sign.isprintable() or sign == "%" for sign in name):
        return NO_HOST
    return None


def name_problem(host: str, base: str) -> str | None:
    """Return why a name is not a full host name, or None.

    The name is in ASCII and lower case, without a trailing dot.
    """
    if len(host) > LONGEST:
        return f"A host name ({{field}}) has at most {LONGEST} characters."
    labels = host.split(".")
    for label in labels:
        if problem := _label_problem(label):
            return problem
    if _NUMBER.fullmatch(labels[-1]):
        return _IP
    if len(labels) == 1 and host != base:
        return f"Enter a full host name ({{field}}), such as acme.{base} or status.acme.com."
    return None


def _label_problem(label: str) -> str | None:
    if not label:
        return "A host name ({field}) has no empty parts between its dots: write status.acme.com."
    if len(label) > LONGEST_LABEL:
        return f"Each part of a host name ({{field}}) has at most {LONGEST_LABEL} characters."
    if "_" in label:
        return "A host name ({field}) has no underscores: browsers don't accept them."
    if not LABEL.fullmatch(label):
        return (
            "Each part of a host name ({field}) has letters, digits and hyphens, with no hyphen at"
            " an end."
        )
    return None


def reserved_name_problem(host: str, base: str, cname_target: str) -> str | None:
    """Return why a full host name is reserved for the service, or None."""
    if host == base:
        return f"Enter another host name ({{field}}): {base} belongs to the service itself."
    if host == cname_target or host.endswith(f".{cname_target}"):
        return f"Enter another host name ({{field}}): the service needs {cname_target} itself."
    label = subdomain_of(host, base)
    if label is None:
        return None
    if "." in label:
        return f"Enter a host name ({{field}}) with one part before .{base}, such as acme.{base}."
    problem = subdomain_problem(label)
    return f"Enter a subdomain before .{base} ({{field}}). {problem}" if problem else None


def subdomain_of(host: str, base: str) -> str | None:
    """Return the part of `host` before the base; None outside the base."""
    return host.removesuffix(f".{base}") if host.endswith(f".{base}") else None
