"""Answers about the logo of a page."""

from typing import Literal, TypeAlias

from domain.page.logo import Logo
from domain.runtime.settings import Settings
from web.http.wire import Answer, to_answer

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
