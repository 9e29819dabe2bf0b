"""Validation of host names and their one stored form.

Messages are predicates ("must be …"): the caller adds the name of its field. Between `parse_host`
and the other functions, the caller converts the name to ASCII (IDN needs a library).

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


LONGEST: Final = 253  # characters, RFC 1035 without the root's dot
LONGEST_LABEL: Final = 63
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
# The last label of an IPv4 address for WHATWG's URL parser: decimal, octal or hexadecimal.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_IP: Final = "must be a name, not an IP address."
_PATH: Final = "must be a host name alone, without a path."
_SIGNS: Final = (
    ("://", "must be a host name alone, without a scheme."),
    ("/", _PATH),
    ("?", _PATH),
    ("#", _PATH),
    ("\\", _PATH),
    ("@", "must be a host name alone, without a user name."),
    ("*", "must be one name: a wildcard can't be mounted."),
)


class BadHostError(ValueError):
    """An invalid host name; the message is a predicate such as "must be …"."""


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
        raise BadHostError("must be a host name alone, such as status.acme.com.")
    return name


def _sign_problem(name: str) -> str | None:
    for sign, problem in _SIGNS:
        if sign in name:
            return problem
    if name.startswith("[") or name.count(":") > 1:
        return _IP
    if any(sign.isspace() or not sign.isprintable() or sign == "%" for sign in name):
        return "must be a host name: it holds a character that no host name has."
    return None


def name_problem(host: str, base: str) -> str | None:
    """Return why a name is not a full host name, or None.

    The name is in ASCII and lower case, without a trailing dot.
    """
    if len(host) > LONGEST:
        return f"must be a host name of at most {LONGEST} characters."
    labels = host.split(".")
    for label in labels:
        if problem := _label_problem(label):
            return problem
    if _NUMBER.fullmatch(labels[-1]):
        return _IP
    if len(labels) == 1 and host != base:
        return f"must be a full host name, such as acme.{base} or status.acme.com."
    return None


def _label_problem(label: str) -> str | None:
    if not label:
        return "must be a host name without empty parts between its dots."
    if len(label) > LONGEST_LABEL:
        return f"must be a host name whose parts have at most {LONGEST_LABEL} characters."
    if "_" in label:
        return "must be a host name without underscores: browsers don't take them."
    if not LABEL.fullmatch(label):
        return "must be a host name of letters, digits and hyphens, with no hyphen at an end."
    return None


def reserved_name_problem(host: str, base: str, cname_target: str) -> str | None:
    """Return why a full host name is reserved for the service, or None."""
    if host == base:
        return f"must not be {base}: that is the service's own."
    if host == cname_target or host.endswith(f".{cname_target}"):
        return f"must not be {cname_target} or below: domains are pointed there."
    label = subdomain_of(host, base)
    if label is None:
        return None
    if "." in label:
        return f"must have one part before .{base}, such as acme.{base}."
    problem = subdomain_problem(label)
    return f"must have a subdomain that can be one. {problem}" if problem else None


def subdomain_of(host: str, base: str) -> str | None:
    """Return the part of `host` before the base; None outside the base."""
    return host.removesuffix(f".{base}") if host.endswith(f".{base}") else None
