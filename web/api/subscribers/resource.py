"""The addresses of subscribers: `POST /subscribe` on a page's host, and `/s/<token>`."""

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import falcon
from falcon.asgi import Request, Response

from domain.notifications.choices import Channel
from domain.runtime.settings import Settings
from domain.runtime.template_loader import environment
from domain.store.postgres.engine import UNREACHABLE
from domain.store.redis.rate_limits.rules import SUBSCRIBE_ADDRESS
from web.api.subscribers.links import LinkPage
from web.api.subscribers.requests import SubscriptionRequests
from web.api.subscribers.schemas import JSON, read_request
from web.api.subscribers.targets import TargetChecks
from web.http.error_pages import (
    Notice,
    default_frame,
    is_for_program,
    read_notice,
)
from web.http.errors import ApiError, not_found, unavailable, write_error
from web.http.forms import media_type_of
from web.http.rate_limits import Attempts, address_of
from web.http.responses import write_data
from web.http.wire import Nothing
from web.openapi.operations import Area
from web.visitors.app import FRAME

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

log = logging.getLogger(__name__)

PATH: Final = "/subscribe"
PAGE_ID: Final = "hepstatus.page_id"  # the key of the scope: the page of the request's host
MAILBOX, TEST_MESSAGE = read_notice("mailbox"), read_notice("test_message")
IN_BRACKETS: Final = re.compile(r" \([a-zA-Z]+\)")  # the field as JSON names it


@dataclass(eq=False)
class Subscribers:
    """`POST /subscribe`."""

    engine: "AsyncEngine"
    attempts: Attempts
    settings: Settings

    def __post_init__(self) -> None:
        """Prepare the requests."""
        targets = TargetChecks(self.settings)
        self._requests = SubscriptionRequests(self.engine, self.attempts, self.settings, targets)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Take a request to subscribe; no session and no cookie plays a part."""
        page_id = req.scope.get(PAGE_ID)
        if page_id is None:
            raise not_found("page")
        try:
            channel = await self._take(req, page_id)
        except ApiError as error:
            write_refusal(req, resp, error)
        except UNREACHABLE as error:
            log.warning("POST %s: the database does not answer: %s", PATH, error)
            write_refusal(req, resp, unavailable())
        else:
            write_acceptance(req, resp, channel)

    async def _take(self, req: Request, page_id: str) -> Channel:
        await self.attempts.take((SUBSCRIBE_ADDRESS, (address_of(req),)))
        body = await read_request(req)
        await self._requests.take(page_id, body)
        return body.channel


def write_acceptance(req: Request, resp: Response, channel: Channel) -> None:
    """Fill a response: the same for every address."""
    if is_from_program(req):
        write_data(resp, Nothing(), 202)
    else:
        write_card(req, resp, MAILBOX if channel is Channel.EMAIL else TEST_MESSAGE, 202)


def write_refusal(req: Request, resp: Response, error: ApiError) -> None:
    """Fill a response with an error, in the form that the client can read."""
    if is_from_program(req):
        write_error(resp, error)
        resp.set_header("Cache-Control", "no-store")
        return
    sentence = IN_BRACKETS.sub("", str(error))
    html = environment({}).get_template("notice/refused.html.j2").render(sentence=sentence)
    write_card(req, resp, Notice(*html.split("\n", 1)), error.status)
    for name, value in error.headers.items():
        resp.set_header(name, value)


def is_from_program(req: Request) -> bool:
    """Return whether the answer is for a program: it sent JSON, or prefers it."""
    return media_type_of(req) == JSON or is_for_program(req.path, req.accept)


def write_card(req: Request, resp: Response, notice: Notice, status: int) -> None:
    """Fill a response with a notice in the face of the page."""
    frame = req.scope.get(FRAME) or default_frame()
    resp.status, resp.content_type = status, falcon.MEDIA_HTML
    resp.set_header("Cache-Control", "no-store")
    resp.set_header("Content-Security-Policy", frame.policy)
    resp.data = frame.fill(notice.title, notice.card)


AREA = Area({PATH: Subscribers, "/s/{token}": LinkPage})
