"""Answers about pages and their settings."""

from typing import Required, TypedDict

from domain.calendar import iso as written
from domain.page.settings import etag_of
from domain.page.state import Look, Mode
from domain.runtime.settings import Settings
from domain.store.postgres.owned import OwnedPage
from web.api.domains.answers import MountView
from web.api.pages import logo_answers as logos
from web.api.pages.logo_answers import LogoView
from web.http.responses import iso
from web.http.wire import Id, Instant, StatusWords, status_words


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


class SomeStatusWords(TypedDict, total=False):
    """Those names of statuses that were given."""

    operational: str | None
    maintenance: str | None
    degraded: str | None
    partial: str | None
    outage: str | None


class SomeTheme(TypedDict, total=False):
    """What was given of the page's colours."""

    mode: Mode | None
    accent: str | None


class ChangedPage(TypedDict, total=False):
    """What was given, and the page's id; of a domain its mount as well."""

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
    """Return a page's settings."""
    return {
        "id": page.id,
        "name": page.name,
        "description": page.description,
        "host": page.host,
        "url": settings.page_url(page.host) if page.host else None,
        "isPublic": page.is_public,
        "timeZone": page.time_zone,
        **look(page.look),
        "logo": logos.shown(page.logo, page.host, settings),
        "etag": etag_of(page),
        "suspended": page.is_suspended,
        "suspendedReason": page.suspended_reason,
        "expiresAt": iso(page.expires_at),
        "createdAt": written(page.created_at),
    }


def domain_set(page_id: str, mount: MountView) -> ChangedPage:
    """Return the answer about a page's wished-for domain: the mount that stands for it."""
    return {"id": page_id, "domain": mount["host"], "mount": mount}


def look(given: Look) -> PageLook:
    """Return how a page looks; a label or headline of null is the default."""
    return {
        "labels": status_words(given.labels),
        "headlines": status_words(given.headlines),
        "theme": {"mode": given.mode, "accent": given.accent},
        "showUptime": given.show_uptime,
        "showFooter": given.show_footer,
        "showLatency": given.show_latency,
    }
