"""Answers about pages and their settings."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from domain.account.allocations import DarkPage, allocated_slots, find_dark_pages, page_slots
from domain.account.state import Account
from domain.page.logo import Logo
from domain.page.settings import Appearance, Font, Link, Mode, etag_of
from domain.page.state import Tier
from domain.runtime.settings import Settings
from domain.store.postgres.latency import Latency
from domain.store.postgres.owned import OwnedPage
from web.api.domains.schemas import MountView
from web.http.wire import Answer, Id, Instant, StatusWords, status_words, to_answer

LogoType: TypeAlias = Literal["image/png", "image/jpeg", "image/webp"]


class LogoView(Answer, frozen=True):
    """Where a logo is served (null without a host), its type, its size in pixels."""

    url: str | None
    type: LogoType
    width: int
    height: int


def logo_view(logo: Logo | None, host: str | None, settings: Settings) -> LogoView | None:
    """Return a logo as JSON; its URL is null without a host."""
    if logo is None:
        return None
    return to_answer(LogoView, logo, url=settings.page_url(host) + logo.name if host else None)


class PageTheme(Answer, frozen=True):
    """A page's colours and font; no colour is the default one."""

    mode: Mode
    accent: str | None
    header: str | None
    font: Font


class CreatedPage(Answer, frozen=True):
    """A new page; without a host it has no address."""

    id: Id
    name: str
    host: str | None
    url: str | None


class PageHead(Answer, frozen=True):
    """The first fields of a page's answer, in the order of the wire."""

    id: Id
    name: str
    description: str | None
    host: str | None
    url: str | None
    is_public: bool
    time_zone: str
    labels: StatusWords
    headlines: StatusWords
    theme: PageTheme
    links: tuple[Link, ...]


# The rest of the appearance stands in the answer as it is in the core.
PLAIN = {
    field.name: field.type
    for field in fields(Appearance)
    if field.name not in {*PageHead.__struct_fields__, *PageTheme.__struct_fields__}
}
if TYPE_CHECKING:
    PlainSettings = PageHead
else:
    PlainSettings = msgspec.defstruct(
        "PlainSettings", PLAIN.items(), bases=(PageHead,), frozen=True
    )


class Page(PlainSettings, frozen=True):
    """A page with its settings; `etag` is for `If-Match`."""

    logo: LogoView | None
    etag: str
    is_suspended: bool = msgspec.field(name="suspended")
    suspended_reason: str | None
    expires_at: Instant | None
    created_at: Instant


def page_view(page: OwnedPage, settings: Settings) -> Page:
    """Return the settings of a page as JSON; null labels and headlines are defaults."""
    look = page.look
    return to_answer(
        Page,
        page,
        url=settings.page_url(page.host) if page.host else None,
        labels=status_words(look.labels),
        headlines=status_words(look.headlines),
        theme=to_answer(PageTheme, look),
        links=look.links,
        logo=logo_view(page.logo, page.host, settings),
        etag=etag_of(page),
        **{name: getattr(look, name) for name in PLAIN},
    )


def domain_change_view(page_id: str, mount: MountView) -> dict[str, Any]:
    """Return the answer for a new domain, with its mount."""
    return {"id": page_id, "domain": mount.host, "mount": mount}


Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]


class DayLatencyView(Answer, frozen=True):
    """A day in the page's time zone that had writes."""

    day: Day
    p50_ms: int | None
    p99_ms: int | None
    count: int


class LatencyView(Answer, frozen=True):
    """The last 30 days together, and one by one; null where nothing was written."""

    p50_ms: int | None
    p99_ms: int | None
    count: int
    days: list[DayLatencyView]


def latency_view(total: Latency, days: Iterable[Latency]) -> LatencyView:
    """Return latency figures as JSON."""
    return to_answer(LatencyView, total, days=[to_answer(DayLatencyView, day) for day in days])


class SlotShown(Answer, frozen=True):
    """A slot, expired or not, and the page that it serves now."""

    id: Id
    bought_at: Instant
    expires_at: Instant
    page: Id | None


class Warned(Answer, frozen=True):
    """A page that is or will be dark; `slot` is the one that ends."""

    warning: str
    page_id: Id = msgspec.field(name="page")
    slot_id: Id | None = msgspec.field(name="slot")
    at: Instant


class AccountStatus(Answer, frozen=True):
    """An account at the moment of asking; `capacity` is how many pages it may have."""

    tier: str
    tier_until: Instant | None
    capacity: int
    balance: int
    slots: list[SlotShown]
    warnings: list[Warned]
    pages: list[Page]


def account_status(account: Account, pages: list[Page], at: datetime) -> AccountStatus:
    """Return the account at `at` as JSON; `pages` are its page views."""
    is_prime = account.is_prime_at(at)
    names = {page.id: page.name for page in pages}
    return to_answer(
        AccountStatus,
        account,
        tier=Tier.PRIME if is_prime else Tier.FREE,
        tier_until=account.tier_until if is_prime else None,
        capacity=len(page_slots(account, at)),
        slots=slot_views(account, at),
        warnings=[dark_warning(dark, names) for dark in find_dark_pages(account, at)],
        pages=pages,
    )


def slot_views(account: Account, at: datetime) -> list[SlotShown]:
    """Return all slots, newest purchase first."""
    holders = {seat.slot_id: page_id for page_id, seat in allocated_slots(account, at).items()}
    newest_first = sorted(account.slots.values(), key=lambda s: (s.bought_at, s.id), reverse=True)
    return [to_answer(SlotShown, slot, page=holders.get(slot.id)) for slot in newest_first]


def dark_warning(dark: DarkPage, names: Mapping[str, str]) -> Warned:
    """Return a warning that a page is dark or will be."""
    name, day = names.get(dark.page_id, dark.page_id), f"{dark.at:%Y-%m-%d %H:%M} UTC"
    cause = f"slot {dark.slot_id} expires" if dark.slot_id else "Prime ends"
    remedy = "renew the slot" if dark.slot_id else "renew Prime or buy a slot"
    soon = f"“{name}” goes dark on {day}, when {cause}: {remedy} so that this page stays online."
    is_dark = (
        f"“{name}” is dark since {day}: your plan has no slot for this page. Renew or buy a slot."
    )
    return to_answer(Warned, dark, warning=is_dark if dark.is_dark else soon)
