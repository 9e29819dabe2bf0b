"""Bodies of a page's settings. Null is a value there (the default again), unlike absent."""

import base64
import re
from typing import Annotated, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.calendar import is_zone
from domain.page.commands import ChangePage
from domain.page.logo import Logo, LogoError, decode_logo
from domain.page.settings import HEADLINE_LIMIT, LABEL_LIMIT
from domain.page.state import Mode
from domain.status import Status
from domain.text import DESCRIPTION_LIMIT, NAME_LIMIT
from web.api.domains.schemas import HOST_LIMIT
from web.http.bodies import line, shape, text
from web.http.errors import invalid

ZONE_LIMIT = 64
# A picture of 64 KiB in base64 beside every other setting at its longest, however it is escaped.
BODY_BYTES = 112 * 1024
DATA_URL = re.compile(r"data:[\w/+.-]*;base64,")
ACCENT = re.compile(r"#[0-9a-fA-F]{6}")
Label = Annotated[str | UnsetType | None, line(LABEL_LIMIT)]
Headline = Annotated[str | UnsetType | None, line(HEADLINE_LIMIT)]


class Labels(msgspec.Struct, forbid_unknown_fields=True):
    """What each status of a component is called; null is the default."""

    operational: Label = UNSET
    maintenance: Label = UNSET
    degraded: Label = UNSET
    partial: Label = UNSET
    outage: Label = UNSET


class Headlines(msgspec.Struct, forbid_unknown_fields=True):
    """What the page says at its top when the worst status is this one; null is the default."""

    operational: Headline = UNSET
    maintenance: Headline = UNSET
    degraded: Headline = UNSET
    partial: Headline = UNSET
    outage: Headline = UNSET


class Theme(msgspec.Struct, forbid_unknown_fields=True):
    """The page's colours; null is the default."""

    mode: Mode | UnsetType | None = UNSET
    accent: Annotated[
        str | UnsetType | None,
        shape(len("#rrggbb"), "A colour, `#rrggbb`.", ACCENT.pattern),
    ] = UNSET


class PageChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Settings to change; what is not given stays, and null is the default again."""

    needs_one: ClassVar[bool] = True

    name: Annotated[str | None, line(NAME_LIMIT)] = None
    is_public: bool | None = None
    description: Annotated[str | UnsetType | None, text(DESCRIPTION_LIMIT)] = UNSET
    time_zone: Annotated[
        str | None,
        text(ZONE_LIMIT, "An IANA zone, in which days begin.", format="iana-time-zone"),
    ] = None
    labels: Labels | UnsetType | None = UNSET
    headlines: Headlines | UnsetType | None = UNSET
    theme: Theme | UnsetType | None = UNSET
    show_uptime: bool | None = None
    show_footer: bool | None = None
    show_latency: bool | None = None
    logo: Annotated[
        str | UnsetType | None,
        Meta(extra_json_schema={"description": "A picture in base64; null takes it away."}),
    ] = UNSET
    domain: Annotated[
        str | None, text(HOST_LIMIT, "Alone: a host to mount, primary once it is active.")
    ] = None


def command_of(body: PageChange, etag: str | None) -> ChangePage:
    """Return a change as the log keeps it. Raises ApiError 400."""
    theme = Theme(None, None) if body.theme is None else body.theme or Theme()
    return ChangePage(
        name=body.name,
        is_public=body.is_public,
        description=cleared(body.description),
        time_zone=zone_of(body.time_zone),
        labels=words_of(body.labels),
        headlines=words_of(body.headlines),
        mode=None if theme.mode is UNSET else theme.mode or Mode.AUTO,
        accent=accent_of(theme.accent),
        show_uptime=body.show_uptime,
        show_footer=body.show_footer,
        show_latency=body.show_latency,
        etag=etag,
        logo=picture_of(body.logo),
    )


def cleared(given: str | UnsetType | None) -> str | None:
    """Return a text as commands say it: None leaves it as it is, an empty one clears it."""
    return None if given is UNSET else given or ""


def words_of(given: Labels | Headlines | UnsetType | None) -> dict[str, str] | None:
    """Return what statuses are to be called; null as a whole resets them all."""
    if given is UNSET:
        return None
    if given is None:
        return dict.fromkeys(map(str, Status), "")
    return {
        name: word or ""
        for name, word in msgspec.structs.asdict(given).items()
        if word is not UNSET
    }


def zone_of(given: str | None) -> str | None:
    """Return a time zone. Raises ApiError 400."""
    if given is not None and not is_zone(given):
        raise invalid("timeZone must be an IANA time zone such as Europe/Berlin.", "timeZone")
    return given


def accent_of(given: str | UnsetType | None) -> str | None:
    """Return an accent in small letters. Raises ApiError 400."""
    accent = cleared(given)
    if accent and not ACCENT.fullmatch(accent):
        raise invalid("theme.accent must be a colour such as #0a84ff.", "theme.accent")
    return accent and accent.lower()


def picture_of(given: str | UnsetType | None) -> str | None:
    """Return a logo's bytes in plain base64, an empty text for none. Raises ApiError 400."""
    if given is UNSET or given is None:
        return cleared(given)
    text_of = "".join(given.split())
    found = DATA_URL.match(text_of)
    return base64.b64encode(logo_of(text_of[found.end() :] if found else text_of).content).decode()


def logo_of(text_of: str) -> Logo:
    """Return the logo that base64 holds. Raises ApiError 400."""
    try:
        return decode_logo(text_of)
    except LogoError as error:
        raise invalid(str(error), "logo") from None
