"""Whether a certificate may be made for a host: what the reverse proxy asks. Source: SPEC 6."""

from urllib.parse import parse_qs

from domain.store.engine import UNREACHABLE, SQLAlchemyError, run
from domain.store.hosts import leads_somewhere
from web.hosts import normal_host
from web.process import Process
from web.served import NotThereError

PATH = "/internal/tls/allow"


async def may_have_certificate(process: Process, query: bytes) -> bool | None:
    """Tell whether `?domain=` names an active host, or the base; None if nobody can tell.

    The entries that visitors are led by know; without them Postgres is asked.
    """
    asked = parse_qs(query.decode("latin-1")).get("domain", [""])[0]
    host = normal_host(asked)
    if host is None or host == process.settings.base_domain:
        return host is not None
    try:
        return (await process.served.host(host)).page_id is not None
    except NotThereError:
        pass
    try:
        return await run(process.engine, leads_somewhere, host)
    except (SQLAlchemyError, *UNREACHABLE):
        return None
