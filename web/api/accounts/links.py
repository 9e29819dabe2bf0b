"""Links in mails to owners: the words of their documents and their actions.

`OwnerLinks` is a handler of web/api/subscribers/links.py: showing a link changes nothing.

Source: docs/behaviour.md, "Mail".
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from domain.account.credentials import PASSWORD_SHORTEST, password_problem
from domain.runtime.credentials import common_passwords
from domain.store.postgres.engine import run
from domain.store.postgres.notifications.link_tokens import Link, Purpose, find_link
from domain.store.postgres.owner_mail.addresses import AddressTakenError, prove, take_back
from domain.store.postgres.owner_mail.passwords import reset_by_link
from web.api.accounts.logins import EMAIL_TAKEN
from web.api.accounts.passwords import Passwords, Urgency
from web.api.subscribers.link_pages import GONE, LinkView
from web.http.errors import ApiError, invalid
from web.http.forms import Fields
from web.http.responses import Writes
from web.writes.submit import change

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

LINK_GONE: Final = "This link was used already, or is expired. Ask for a new one."
SHOWN: Final = {
    Purpose.VERIFY: LinkView(
        "Confirm your e-mail address",
        "Press the button, and {email} is the address of your account.",
        "Confirm address",
    ),
    Purpose.RESET: LinkView(
        "Choose a new password",
        f"For the account of {{email}}. At least {PASSWORD_SHORTEST} characters. All sessions end.",
        "Change password",
        needs_password=True,
    ),
    Purpose.TAKE_BACK: LinkView(
        "Keep your e-mail address",
        "Press the button, and {email} is the address of your account again. All sessions end.",
        "Keep this address",
    ),
}
DONE: Final = {
    Purpose.VERIFY: LinkView(
        "Address confirmed", "Your account uses this address.", way=("/dashboard", "Your pages")
    ),
    Purpose.RESET: LinkView(
        "Password changed",
        "All sessions have ended. Log in to continue.",
        way=("/dashboard/login", "Log in"),
    ),
    Purpose.TAKE_BACK: LinkView(
        "Your address is back",
        "All sessions have ended. Choose a new password now: the old one may be known to others.",
        way=("/dashboard/forgot", "Choose a new password"),
    ),
}


def mask_email(email: str) -> str:
    """Return an address that only its owner recognizes, such as `a…@example.com`."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"


def view_of(link: Link, problem: str = "") -> LinkView:
    """Return the document of a link that was not used yet."""
    view = SHOWN[link.purpose]
    sentence = view.sentence.format(email=mask_email(link.email or ""))
    return replace(view, sentence=sentence, problem=problem, use=link.purpose)


@dataclass(eq=False)
class OwnerLinks:
    """The handler of the links of mails to owners."""

    engine: "AsyncEngine"
    passwords: Passwords
    writes: Writes

    async def show(self, link: Link) -> LinkView:
        """Return the document with its button."""
        return view_of(link)

    async def use(self, link: Link, token: str, fields: Fields) -> LinkView:
        """Act on a link; its form has its purpose as `use`, for `reset` a `password` too.

        Without that field nothing happens. Raises ApiError 503.
        """
        form = dict(fields)
        if form.get("use") != link.purpose:
            return view_of(link)
        try:
            await self._act(link.purpose, token, form.get("password", ""))
        except ApiError as error:
            return refused_view(link, error)
        return DONE[link.purpose]

    async def _act(self, purpose: Purpose, token: str, password: str) -> None:
        match purpose:
            case Purpose.RESET:
                await self.reset_password(token, password)
            case Purpose.VERIFY:
                await self._use_up(prove, token)
            case _:
                await self._use_up(take_back, token)

    async def _use_up(self, statements: Callable[..., bool], token: str) -> None:
        try:
            is_done = await change(self.engine, statements, token)
        except AddressTakenError:
            raise ApiError(409, "CONFLICT", EMAIL_TAKEN) from None
        if not is_done:
            raise link_gone_error()

    async def reset_password(self, token: str, password: str) -> None:
        """Set another password by a link. Raises ApiError 400, 404 and 503."""
        link = await run(self.engine, find_link, token)
        if link is None or link.purpose is not Purpose.RESET:
            raise link_gone_error()
        if problem := password_problem(password, link.email or "", common_passwords()):
            raise invalid(problem, "password")
        new_hash = await self.passwords.hash(password, Urgency.LOGIN)
        reset = await change(self.engine, reset_by_link, token, new_hash)
        if reset is None:
            raise link_gone_error()
        for stream_id in reset.stream_ids:
            self.writes.submitter.doorbell.request_drain(stream_id)


def link_gone_error() -> ApiError:
    """Return a 404 for a link that is of no use any more."""
    return ApiError(404, "NOT_FOUND", LINK_GONE)


def refused_view(link: Link, error: ApiError) -> LinkView:
    """Return the document of a link that could not be used. Raises ApiError 503."""
    if error.status == GONE.status:
        return GONE
    if error.status in {400, 409}:
        return replace(view_of(link, str(error)), status=error.status)
    raise error
