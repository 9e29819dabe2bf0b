"""Answers about pages and their settings."""

from typing import Any

import msgspec

from domain.page.settings import etag_of
from domain.page.state import Mode
from domain.runtime.settings import Settings
from domain.store.postgres.owned import OwnedPage
from web.api.domains.schemas import MountView
from web.api.pages import logo_answers as logos
from web.api.pages.logo_answers import LogoView
from web.http.wire import Answer, Id, Instant, StatusWords, status_words, to_answer


class PageTheme(Answer, frozen=True):
    """A page's colours; no accent is the default one."""

    mode: Mode
    accent: str | None


class CreatedPage(Answer, frozen=True):
    """A new page; without a host it has no address."""

    id: Id
    name: str
    host: str | None
    url: str | None


class Page(Answer, frozen=True):
    """A page with its settings; `etag` is for `If-Match`."""

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
    show_uptime: bool
    show_footer: bool
    show_latency: bool
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
        show_uptime=look.show_uptime,
        show_footer=look.show_footer,
        show_latency=look.show_latency,
        logo=logos.logo_view(page.logo, page.host, settings),
        etag=etag_of(page),
    )


def domain_change_view(page_id: str, mount: MountView) -> dict[str, Any]:
    """Return the answer for a new domain, with its mount."""
    return {"id": page_id, "domain": mount.host, "mount": mount}
