"""Whether a certificate may be made for a host: what the reverse proxy asks.

Source: docs/behaviour.md, "Certificates".
"""

from datetime import UTC, datetime
from urllib.parse import parse_qs

from domain.store.postgres.domains.hosts import shows_a_page
from domain.store.postgres.engine import UNREACHABLE, SQLAlchemyError, run
from web.process import Process
from web.visitors.hosts import normal_host
from web.visitors.pages import NotThereError, Shown

PATH = "/internal/tls/allow"


async def may_have_certificate(process: Process, query: bytes) -> bool | None:
    """Tell whether `?domain=` names the base, or a host on which visitors see a page now.

    None if nobody can tell. What visitors are served from knows; where that may be old, Postgres is
    asked. Certificates are few in a week: hidden pages and guessed names get none.
    """
    asked = parse_qs(query.decode("latin-1")).get("domain", [""])[0]
    host, settings = normal_host(asked), process.settings
    if host is None or host == settings.base_domain:
        return host is not None
    if settings.wildcard_certificate and host.endswith(f".{settings.base_domain}"):
        return False
    shown = await _shown(process, host)
    is_visible = shown is not None and shown.copy.is_visible_at(datetime.now(UTC))
    if shown is not None and not shown.is_stale:
        return is_visible
    try:
        return await run(process.engine, shows_a_page, host)
    except (SQLAlchemyError, *UNREACHABLE):
        return is_visible if shown is not None else None


async def _shown(process: Process, host: str) -> Shown | None:
    """Return the page that visitors of a host are served, if it is known to lead to one."""
    try:
        entry = await process.served.host(host)
        return await process.served.page(entry.page_id) if entry.page_id else None
    except NotThereError:
        return None
