"""Permission to get a certificate for a host, as the proxy asks for it.

Source: docs/behaviour.md, "Certificates".
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from domain.runtime.settings import Settings
from domain.store.postgres.engine import UNREACHABLE, SQLAlchemyError, run
from domain.store.postgres.hosts import is_page_visible
from web.http.hosts import normalize_host_header
from web.visitors.pages import NotAvailableError, PageCache, PageResult

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

PATH = "/internal/tls/allow"


async def may_have_certificate(
    query: bytes, settings: Settings, page_cache: PageCache, engine: "AsyncEngine"
) -> bool | None:
    """Return whether `?domain=` names the base or a host with a visible page.

    None if that is unknown. The page cache answers; where it may be stale, Postgres is asked.
    Hidden pages and guessed names get none, because the certificates per week are limited.
    """
    domain = parse_qs(query.decode("latin-1")).get("domain", [""])[0]
    host = normalize_host_header(domain)
    if host is None or host == settings.base_domain:
        return host is not None
    if settings.wildcard_certificate and host.endswith(f".{settings.base_domain}"):
        return False
    result = await _find_page(page_cache, host)
    is_visible = result is not None and result.page.is_visible_at(datetime.now(UTC))
    if result is not None and not result.is_stale:
        return is_visible
    try:
        return await run(engine, is_page_visible, host)
    except (SQLAlchemyError, *UNREACHABLE):
        return is_visible if result is not None else None


async def _find_page(page_cache: PageCache, host: str) -> PageResult | None:
    """Return the cached page of a host, if there is one."""
    try:
        entry = await page_cache.host(host)
        return await page_cache.page(entry.page_id) if entry.page_id else None
    except NotAvailableError:
        return None
