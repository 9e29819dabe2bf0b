"""The published page and its logo, for the owner only.

Hidden and dark pages are published too, so nothing is rendered here. The preview is the bytes of
the publication, with its own Content-Security-Policy.

Source: docs/architecture.md, "Visibility is checked at the visit" and "Web renders no public page";
docs/behaviour.md, "Visibility".
"""

import re

from falcon.asgi import Request, Response

from domain.page.logo import EXTENSIONS
from domain.store.postgres.engine import run
from domain.store.postgres.logos import logo_for
from web.api.owner_resource import OwnerResource
from web.http.errors import ApiError, not_found, unavailable
from web.visitors.cached_page import Answer
from web.visitors.pages import NotAvailableError, PageCache

WAIT_S = 1.0  # the same limit as for a visitor, if Redis has lost the page
LOGO = re.compile(rf"([0-9a-f]{{32}})\.({'|'.join(EXTENSIONS.values())})")
TYPES = {extension: type_ for type_, extension in EXTENSIONS.items()}
FORWARDED_HEADERS = ("content-type", "content-encoding")


async def fetch_published(page_cache: PageCache, page_id: str, accept_encoding: str) -> Answer:
    """Return the published document of a page. Raises ApiError 503."""
    try:
        cached = await page_cache.page_within(page_id, WAIT_S)
    except NotAvailableError:
        raise not_published_error() from None
    answer = cached.page.choose_encoding("index.html", accept_encoding.encode("latin-1", "replace"))
    if answer is None:
        raise not_published_error()
    return answer


def write_published(resp: Response, answer: Answer) -> None:
    """Write a published document for the dashboard's frame."""
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    for name in FORWARDED_HEADERS:
        if name in headers:
            resp.set_header(name, headers[name])
    write_framed(resp, answer.body, headers["content-security-policy"])


class Logo(OwnerResource):
    """`GET /logo/:name` on the base host, for the logo of a preview."""

    async def on_get(self, req: Request, resp: Response, name: str) -> None:
        """Return a logo to the owner of its page."""
        holder = await self.holder(req)
        match = LOGO.fullmatch(name)
        content = await run(self.engine, logo_for, holder.account_id, match[1]) if match else None
        if match is None or content is None:
            raise not_found("logo")
        resp.content_type = TYPES[match[2]]
        resp.set_header("Cache-Control", "private, max-age=31536000, immutable")
        resp.data = content


def write_framed(resp: Response, html: bytes, policy: str) -> None:
    """Write a page for the dashboard's frame, without caching."""
    resp.set_header("Content-Security-Policy", framed_policy(policy))
    resp.set_header("Cache-Control", "no-store")
    resp.data = html


def framed_policy(policy: str) -> str:
    """Return the policy of a preview: framed by the dashboard, without connections.

    Connections are forbidden, because the base host has no version for the poller.
    """
    framable = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return framable.replace("connect-src 'self'", "connect-src 'none'")


def not_published_error() -> ApiError:
    """Return a 503 for a page without a publication."""
    return unavailable("The page is being published anew. Please try again in a moment.")
