"""Answers about pages and their settings."""

from typing import Required, TypedDict

from domain.calendar import iso
from domain.page.settings import etag_of
from domain.page.state import Appearance, Mode
from domain.runtime.settings import Settings
from domain.store.postgres.owned import OwnedPage
from web.api.domains.schemas import MountView
from web.api.pages import logo_answers as logos
from web.api.pages.logo_answers import LogoView
from web.http.responses import iso as iso_or_none
from web.http.wire import Id, Instant, SomeStatusWords, StatusWords, status_words


class PageTheme(TypedDict):
    """A page's colours; no accent is the default one."""

    mode: Mode
    accent: str | None


class PageLook(TypedDict):
    """How a page looks."""

    labels: StatusWords
    headlines: StatusWords
    theme: PageTheme
    showUptime: bool
    showFooter: bool
    showLatency: bool


class CreatedPage(TypedDict):
    """A new page; without a host it has no address."""

    id: Id
    name: str
    host: str | None
    url: str | None


class Page(CreatedPage, PageLook):
    """A page with its settings; `etag` is for `If-Match`."""

    description: str | None
    isPublic: bool
    timeZone: str
    logo: LogoView | None
    etag: str
    suspended: bool
    suspendedReason: str | None
    expiresAt: Instant | None
    createdAt: Instant


class SomeTheme(TypedDict, total=False):
    """The fields of the page's colours that were sent."""

    mode: Mode | None
    accent: str | None


class ChangedPage(TypedDict, total=False):
    """The fields that were sent, and the page's id; for a domain its mount too."""

    id: Required[str]
    name: str
    isPublic: bool
    description: str | None
    timeZone: str
    labels: SomeStatusWords | None
    headlines: SomeStatusWords | None
    theme: SomeTheme | None
    showUptime: bool
    showFooter: bool
    showLatency: bool
    logo: LogoView | None
    domain: str
    mount: MountView


def page_view(page: OwnedPage, settings: Settings) -> Page:
    """Return the settings of a page as JSON."""
    return {
        "id": page.id,
        "name": page.name,
        "description": page.description,
        "host": page.host,
        "url": settings.page_url(page.host) if page.host else None,
        "isPublic": page.is_public,
        "timeZone": page.time_zone,
        **theme_fields(page.look),
        "logo": logos.logo_view(page.logo, page.host, settings),
        "etag": etag_of(page),
        "suspended": page.is_suspended,
        "suspendedReason": page.suspended_reason,
        "expiresAt": iso_or_none(page.expires_at),
        "createdAt": iso(page.created_at),
    }


def domain_change_view(page_id: str, mount: MountView) -> ChangedPage:
    """Return the answer for a new domain, with its mount."""
    return {"id": page_id, "domain": mount["host"], "mount": mount}


def theme_fields(look: Appearance) -> PageLook:
    """Return the theme of a page; null labels and headlines are defaults."""
    return {
        "labels": status_words(look.labels),
        "headlines": status_words(look.headlines),
        "theme": {"mode": look.mode, "accent": look.accent},
        "showUptime": look.show_uptime,
        "showFooter": look.show_footer,
        "showLatency": look.show_latency,
    }
