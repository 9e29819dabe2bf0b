"""The outbox: kept mails, for every session of a local product.

Source: docs/behaviour.md, "Mail".
"""

import re
from typing import Final

from falcon import MEDIA_HTML
from falcon.asgi import Request, Response
from markupsafe import Markup, escape

from domain.runtime.mail.message import bounce_address
from domain.store.postgres.engine import run
from domain.store.postgres.notifications.mails import StoredMail, find_mail, newest_mails
from web.dashboard.document import NO_STORE
from web.dashboard.screen import Values, View, identity_of
from web.http.errors import not_found

ROWS_MAX: Final = 200
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
# A mail is foreign to the dashboard: it gets no origin, no script and no connection.
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


class OutboxView(View):
    """Base of the views that are only there while `OUTBOX` is on."""

    async def require_outbox(self, req: Request) -> Values:
        """Return the variables of the frame. Raises ApiError 401, 404."""
        holder = await self.holder(req)
        if not self.settings.outbox:
            raise not_found("page")
        return {"tab": "outbox", **identity_of(holder)}

    async def find(self, mail_id: str) -> StoredMail:
        """Return a mail. Raises ApiError 404."""
        stored = await run(self.engine, find_mail, mail_id)
        if stored is None:
            raise not_found("mail")
        return stored


class Outbox(OutboxView):
    """`GET /dashboard/outbox`."""

    template = "outbox"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the newest mails."""
        del params
        frame = await self.require_outbox(req)
        return {**frame, "mails": await run(self.engine, newest_mails, ROWS_MAX)}


class OutboxMail(OutboxView):
    """`GET /dashboard/outbox/:mailID`."""

    template = "outbox_mail"

    async def values(self, req: Request, **params: str) -> Values:
        """Return a mail, its text with links."""
        frame = await self.require_outbox(req)
        stored = await self.find(params["mail_id"])
        sender = bounce_address(stored.content, self.settings.mail_from)
        text = add_links(stored.content.text)
        facts = {"mail_from": self.settings.mail_from, "bounces_to": sender}
        return {**frame, "mail": stored, "text": text, **facts}


class OutboxHtml(OutboxView):
    """`GET /dashboard/outbox/:mailID/html`, for the frame of the view."""

    async def on_get(self, req: Request, resp: Response, **params: str) -> None:
        """Answer with the HTML of a mail; its links open outside of the frame."""
        await self.require_outbox(req)
        html = (await self.find(params["mail_id"])).content.html
        if html is None:
            raise not_found("mail")
        resp.content_type = MEDIA_HTML
        resp.set_header("Cache-Control", NO_STORE)
        resp.set_header("Content-Security-Policy", POLICY)
        resp.text = html.replace("<head>", '<head><base target="_blank">', 1)

    on_head = on_get


def add_links(text: str) -> Markup:
    """Return a plain text with its addresses as links."""
    html, end = Markup(), 0
    for match in _ADDRESS.finditer(text):
        link = Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(match[0])
        html, end = html + escape(text[end : match.start()]) + link, match.end()
    return html + escape(text[end:])


ROUTES = {
    "/dashboard/outbox": Outbox,
    "/dashboard/outbox/{mail_id}": OutboxMail,
    "/dashboard/outbox/{mail_id}/html": OutboxHtml,
}
