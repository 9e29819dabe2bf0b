"""Links of a page's owner: their body, and the rules of their addresses.

Source: docs/behaviour.md, "Settings of a page".
"""

import re
from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import unquote

import msgspec
from msgspec import Meta

from domain.account.credentials import email_problem
from domain.hostnames import BadHostError
from domain.page.settings import LINK_LABEL_LIMIT, LINK_URL_LIMIT, LINKS_MAX, Link, Place
from domain.text import BLANK, IN_NO_LINE
from web.api import field_sentences as says
from web.http.bodies import line, text
from web.http.errors import invalid
from web.http.hosts import normalize_host_header, to_ascii_host

TOO_MANY: Final = f"A page can have at most {LINKS_MAX} links."
NO_MAILBOX: Final = (
    "The address of a link ({field}) must name a mailbox, such as mailto:help@acme.com."
)
NOT_ALLOWED: Final = (
    "The address of a link ({field}) contains a blank or another sign that is not allowed."
)
NO_HOST: Final = "The address of a link ({field}) must name a host, such as https://acme.com."
WEB: Final = "https://"
MAIL: Final = "mailto:"
# What no address holds unescaped (RFC 3986): browsers drop or change it.
_IN_NO_URL: Final = re.compile(rf"""[{BLANK}{IN_NO_LINE}"<>\\^`{{|}}]""")
_AUTHORITY: Final = re.compile(r"[^/?#]*")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")  # as a last label, that of an IPv4 address


class PageLink(msgspec.Struct, forbid_unknown_fields=True):
    """A link in the page's header or footer."""

    label: Annotated[str, line(LINK_LABEL_LIMIT), says.LINK_LABEL]
    url: Annotated[
        str,
        text(LINK_URL_LIMIT, "It begins with `https://` or `mailto:`.", format="link-address"),
        says.LINK_URL,
    ]
    place: Annotated[Place, says.LINK_PLACE] = Place.HEADER


Links = Annotated[list[PageLink], Meta(extra_json_schema={"maxItems": LINKS_MAX})]


def parse_links(links: list[PageLink]) -> tuple[Link, ...]:
    """Return the links of a body. Raises ApiError 400."""
    if len(links) > LINKS_MAX:
        raise invalid(TOO_MANY, "links")
    for index, link in enumerate(links):
        if problem := url_problem(link.url):
            raise invalid(problem, f"links[{index}].url")
    return tuple(Link(link.label, link.url, link.place) for link in links)


def url_problem(url: str) -> str | None:
    """Return why a text is no address of a website or a mailbox."""
    if _IN_NO_URL.search(url):
        return NOT_ALLOWED
    start = url.lower()
    if start.startswith(WEB):
        return host_problem(_AUTHORITY.match(url, len(WEB))[0])  # type: ignore[index] # may be empty
    if start.startswith(MAIL):
        address = unquote(url[len(MAIL) :].partition("?")[0])
        return NO_MAILBOX if email_problem(address) else None
    return (
        "The address of a link ({field}) must begin with https:// or mailto:, such as"
        " https://acme.com."
    )


def host_problem(authority: str) -> str | None:
    """Return why browsers open no such host, which may have a port."""
    if "@" in authority:
        return "The address of a link ({field}) must not contain a user name before the host."
    host = normalize_host_header(authority)
    return None if host and is_host(host) else NO_HOST


def is_host(host: str) -> bool:
    """Return whether browsers take a normalised host for a name or an address."""
    try:
        if _NUMBER.fullmatch(host.rpartition(".")[2]):
            ip_address(host)
        return host.startswith("[") or bool(to_ascii_host(host))
    except (BadHostError, ValueError):
        return False
