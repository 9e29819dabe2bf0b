"""Bodies of page settings. Null resets to the default; absent means unchanged."""

import base64
import re
from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.calendar import is_zone
from domain.page.commands import ChangePage
from domain.page.logo import Logo, LogoError, decode_logo
from domain.page.settings import (
    HEADLINE_LIMIT,
    LABEL_LIMIT,
    NOTIFY_MINUTES_MAX,
    REMINDER_HOURS_MAX,
    STALE_HOURS_MAX,
    Font,
    Mode,
)
from domain.page.uptime.shown import UptimeCounts
from domain.status import Status
from domain.text import DESCRIPTION_LIMIT, NAME_LIMIT
from web.api import field_sentences as says
from web.api.field_sentences import HOST_LIMIT
from web.api.owner_resource import TimeZone
from web.api.pages.links import Links, parse_links
from web.http.bodies import line, shape, text, wrong_value
from web.http.commands import build_command, to_clearing_text
from web.http.errors import invalid

# An image of 64 KiB in base64, plus all other settings at their longest, with any escapes.
BODY_BYTES = 112 * 1024
DATA_URL = re.compile(r"data:[\w/+.-]*;base64,")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
Colour = Annotated[
    str | UnsetType | None, shape(len("#rrggbb"), "A colour, `#rrggbb`.", COLOUR.pattern)
]
Label = Annotated[str | UnsetType | None, line(LABEL_LIMIT), says.LABEL]
Headline = Annotated[str | UnsetType | None, line(HEADLINE_LIMIT), says.HEADLINE]


def define_words(name: str, word: object, meaning: str) -> type[msgspec.Struct]:
    """Return a type with a word for each status."""
    return msgspec.defstruct(
        name,
        [(str(status), word, UNSET) for status in Status],
        namespace={"__doc__": meaning},
        module=__name__,
        forbid_unknown_fields=True,
    )


if TYPE_CHECKING:
    Labels = msgspec.Struct
    Headlines = msgspec.Struct
else:  # a field for each status, which a type checker could not list
    Labels = define_words("Labels", Label, "The label of each status; null is the default.")
    Headlines = define_words(
        "Headlines", Headline, "The headline for each worst status; null is the default."
    )


class Theme(msgspec.Struct, forbid_unknown_fields=True):
    """The page's colours and font; null is the default."""

    mode: Annotated[Mode | UnsetType | None, says.MODE] = UNSET
    accent: Annotated[Colour, says.ACCENT] = UNSET
    header: Annotated[Colour, says.HEADER] = UNSET
    font: Annotated[Font | UnsetType | None, says.FONT] = UNSET


class PageChange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Settings to change; a missing field stays, null restores the default."""

    needs_one: ClassVar[bool] = True

    name: Annotated[str | None, line(NAME_LIMIT), says.PAGE_NAME] = None
    is_public: Annotated[bool | None, says.IS_PUBLIC] = None
    description: Annotated[str | UnsetType | None, text(DESCRIPTION_LIMIT), says.DESCRIPTION] = (
        UNSET
    )
    time_zone: TimeZone = None
    labels: Annotated[Labels | UnsetType | None, says.LABELS] = UNSET
    headlines: Annotated[Headlines | UnsetType | None, says.HEADLINES] = UNSET
    theme: Annotated[Theme | UnsetType | None, says.THEME] = UNSET
    links: Annotated[Links | UnsetType | None, says.LINKS] = UNSET
    show_uptime: Annotated[bool | None, says.SHOW_UPTIME] = None
    show_footer: Annotated[bool | None, says.SHOW_FOOTER] = None
    show_latency: Annotated[bool | None, says.SHOW_LATENCY] = None
    noindex: Annotated[bool | None, says.NOINDEX] = None
    uptime_counts: Annotated[UptimeCounts | None, says.UPTIME_COUNTS] = None
    show_checklist: Annotated[bool | None, says.SHOW_CHECKLIST] = None
    notify_minutes: Annotated[
        Annotated[int, Meta(ge=0, le=NOTIFY_MINUTES_MAX)] | None, says.NOTIFY_MINUTES
    ] = None
    reminder_hours: Annotated[
        Annotated[int, Meta(ge=0, le=REMINDER_HOURS_MAX)] | None, says.REMINDER_HOURS
    ] = None
    stale_hours: Annotated[
        Annotated[int, Meta(ge=0, le=STALE_HOURS_MAX)] | None, says.STALE_HOURS
    ] = None
    logo: Annotated[
        str | UnsetType | None,
        Meta(extra_json_schema={"description": "A picture in base64; null removes it."}),
        says.LOGO,
    ] = UNSET
    domain: Annotated[
        str | None,
        text(HOST_LIMIT, "Alone: a host to mount, primary once it is active."),
        says.DOMAIN,
    ] = None


def to_command(body: PageChange, etag: str | None) -> ChangePage:
    """Return the command of a settings change. Raises ApiError 400."""
    theme = Theme(None, None, None, None) if body.theme is None else body.theme or Theme()
    return build_command(
        ChangePage,
        body,
        time_zone=parse_zone(body.time_zone),
        labels=to_status_words(body.labels),
        headlines=to_status_words(body.headlines),
        mode=None if theme.mode is UNSET else theme.mode or Mode.AUTO,
        accent=parse_colour(theme.accent, "theme.accent"),
        header=parse_colour(theme.header, "theme.header"),
        font=None if theme.font is UNSET else theme.font or Font.SYSTEM,
        links=None if body.links is UNSET else parse_links(body.links or []),
        etag=etag,
        logo=parse_logo(body.logo),
    )


def to_status_words(value: Labels | Headlines | UnsetType | None) -> dict[str, str] | None:
    """Return the names of statuses; null as a whole resets all of them."""
    if value is UNSET:
        return None
    if value is None:
        return dict.fromkeys(map(str, Status), "")
    return {
        name: word or ""
        for name, word in msgspec.structs.asdict(value).items()
        if word is not UNSET
    }


def parse_zone(value: str | None) -> str | None:
    """Return a valid time zone. Raises ApiError 400."""
    if value is not None and not is_zone(value):
        raise wrong_value(PageChange, "timeZone")
    return value


def parse_colour(value: str | UnsetType | None, field: str) -> str | None:
    """Return a colour in lower case. Raises ApiError 400."""
    colour = to_clearing_text(value)
    if colour and not COLOUR.fullmatch(colour):
        raise wrong_value(PageChange, field)
    return colour and colour.lower()


def parse_logo(value: str | UnsetType | None) -> str | None:
    """Return a logo in plain base64, empty for none. Raises ApiError 400."""
    if value is UNSET or value is None:
        return to_clearing_text(value)
    base64_text = "".join(value.split())
    match = DATA_URL.match(base64_text)
    return base64.b64encode(
        decode_base64_logo(base64_text[match.end() :] if match else base64_text).content
    ).decode()


def decode_base64_logo(base64_text: str) -> Logo:
    """Return the decoded logo. Raises ApiError 400."""
    try:
        return decode_logo(base64_text)
    except LogoError as error:
        raise invalid(str(error), "logo") from None
