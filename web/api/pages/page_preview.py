"""A page as it would be served, for its owner alone.

Hidden and dark pages are published like all others, so nothing is rendered here: these are the
bytes of the publication, under a policy of their own.

Source: docs/architecture.md, "Visibility is checked at the visit" and "Web renders no public page";
docs/behaviour.md, "Visibility".
"""

import re

from falcon.asgi import Request, Response

from domain.page.logo import EXTENSIONS
from domain.store.postgres.engine import run
from domain.store.postgres.logos import logo_for
from web.api.owner_resource import Owner
from web.api.pages.docs import PREVIEW_PAGE
from web.http.errors import ApiError, not_found, unavailable
from web.openapi.describe import describes
from web.visitors.cached_page import Answer
from web.visitors.pages import NotThereError

WAIT_S = 1.0  # as long as a visitor waits for a page that Redis lost
LOGO = re.compile(rf"([0-9a-f]{{32}})\.({'|'.join(EXTENSIONS.values())})")
TYPES = {extension: type_ for type_, extension in EXTENSIONS.items()}
PASSED_ON = ("content-type", "content-encoding")


class Preview(Owner):
    """`GET /api/v1/status/:pageID/preview`."""

    @describes(PREVIEW_PAGE)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Show a page to its owner, whether visitors may see it or not."""
        page = await self.page(req, page_id)
        found = await self.document(page.id, req.get_header("Accept-Encoding") or "")
        headers = {name.decode(): value.decode() for name, value in found.headers}
        for name in PASSED_ON:
            if name in headers:
                resp.set_header(name, headers[name])
        write_framed(resp, found.body, headers["content-security-policy"])

    async def document(self, page_id: str, accepted: str) -> Answer:
        """Return the page as it is published. Raises ApiError 503 if that is not to be had."""
        try:
            shown = await self.process.served.page_within(page_id, WAIT_S)
        except NotThereError:
            raise not_published() from None
        found = shown.copy.best("index.html", accepted.encode("latin-1", "replace"))
        if found is None:
            raise not_published()
        return found


class Logo(Owner):
    """`GET /logo/:name` on the base: where a previewed document looks for its logo."""

    async def on_get(self, req: Request, resp: Response, name: str) -> None:
        """Tell the bytes of a logo to the owner of a page that has it."""
        holder = await self.holder(req)
        named = LOGO.fullmatch(name)
        found = await run(self.engine, logo_for, holder.account_id, named[1]) if named else None
        if named is None or found is None:
            raise not_found("logo")
        resp.content_type = TYPES[named[2]]
        resp.set_header("Cache-Control", "private, max-age=31536000, immutable")
        resp.data = found


def write_framed(resp: Response, html: bytes, policy: str) -> None:
    """Answer with a page for the dashboard's frame; nobody keeps it."""
    resp.set_header("Content-Security-Policy", framed(policy))
    resp.set_header("Cache-Control", "no-store")
    resp.data = html


def framed(policy: str) -> str:
    """Return a page's policy for its preview: the dashboard may frame it, and it asks for nothing.

    The poller of the document is still on the base, where no version is to be had.
    """
    own = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return own.replace("connect-src 'self'", "connect-src 'none'")


def not_published() -> ApiError:
    """Return the 503 of a page that is not published at the moment."""
    return unavailable("The page is being published anew. Please try again in a moment.")
