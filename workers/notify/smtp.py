"""The mail server: many mails over one connection, each with an outcome.

What the server says of an address ends that address only if it is a permanent refusal of the
recipient that is no policy: a server that refuses us refuses everybody (RFC 3463, X.7).

Source: docs/behaviour.md, "Mail".
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import Timer
from types import TracebackType
from typing import Final, Protocol, Self

from domain.runtime.mail.message import (
    MailContent,
    ascii_address,
    bounce_address,
    build_mail,
    mask_addresses,
)
from domain.runtime.mail.smtp_url import SmtpServer, parse_smtp_url
from domain.runtime.settings import Settings, load_settings
from domain.store.postgres.engine import IntegrityError, sync_engine
from domain.store.postgres.notifications.mails import keep_message
from workers.notify.outcome import Dead, Outcome, Retry, Sent

LIMIT_S: Final = 30.0  # for one mail, connecting included
CONNECT_S: Final = 10.0
PERMANENT: Final = 500
CLOSING: Final = 421  # the server closes the connection
_POLICY: Final = re.compile(r"\d\.7\.\d")
NOT_OF_THE_ADDRESS: Final = frozenset({503, 530, 535, 538})  # out of order, or without a login


class MailConnection(Protocol):
    """Takes mails one after the other. It raises nothing of the mail server."""

    def send(self, content: MailContent) -> Outcome:
        """Hand a mail over."""


class RefusedError(Exception):
    """The server refused a step; the message is its answer."""

    def __init__(self, step: str, code: int, answer: bytes) -> None:
        """Keep the answer as one line."""
        super().__init__(f"{code} {answer.decode('utf-8', 'replace')}")
        self.step = step
        self.code = code

    @property
    def is_of_the_address(self) -> bool:
        """Whether the recipient is refused for good, and not by a policy."""
        return (
            self.step == "recipient"
            and self.code >= PERMANENT
            and self.code not in NOT_OF_THE_ADDRESS
            and not _POLICY.search(str(self))
        )


def open_connection() -> AbstractContextManager[MailConnection]:
    """Return the connection to the mail server, or a substitute that keeps mails."""
    settings = load_settings()
    return SmtpConnection(settings) if settings.smtp_url else KeptMails()


class KeptMails:
    """Keeps mails in place of a server."""

    def __enter__(self) -> Self:
        """Need nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hold nothing."""

    def send(self, content: MailContent) -> Outcome:
        """Keep a mail, unless its subscriber has left meanwhile."""
        with suppress(IntegrityError), sync_engine().begin() as conn:
            keep_message(conn, content)
        return Sent()


class SmtpConnection:
    """A connection that is opened by the first mail.

    Once the server can't be reached or hangs, all further mails fail without being tried.
    """

    def __init__(self, settings: Settings, limit_s: float = LIMIT_S) -> None:
        """Open nothing yet."""
        self._server = parse_smtp_url(settings.smtp_url)
        self._settings = settings
        self._limit_s = limit_s
        self._smtp: smtplib.SMTP | None = None
        self._failure: Retry | None = None
        self._is_late = False

    def __enter__(self) -> Self:
        """Open nothing yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Take leave of the server."""
        if self._smtp is not None and self._failure is None:
            with suppress(OSError, smtplib.SMTPException), self._time_limit():
                self._smtp.quit()
        self._drop()

    def send(self, content: MailContent) -> Outcome:
        """Hand a mail over to the server."""
        recipient = ascii_address(content.recipient)
        if recipient is None:
            return Dead("the address is none that mail servers take")
        if self._failure is None:
            with self._time_limit():
                return self._try(content, recipient)
        return self._failure

    def check(self) -> str | None:
        """Connect and log in without a mail; return the problem."""
        with suppress(OSError, smtplib.SMTPException, RefusedError), self._time_limit():
            self._connect()
        return self._failure.reason if self._failure else None

    def _try(self, content: MailContent, recipient: str) -> Outcome:
        try:
            self._hand_over(content, recipient)
            return Sent()
        except RefusedError as refusal:
            return self._after_refusal(refusal, recipient)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            if self._is_late:
                self._failure = Retry(f"the mail server took longer than {self._limit_s:g} s")
            return self._failure or Retry(f"the mail server broke off: {reason_of(error)}")

    def _hand_over(self, content: MailContent, recipient: str) -> None:
        mail_from = self._settings.mail_from
        smtp = self._begin(bounce_address(content, mail_from))
        require("recipient", smtp.rcpt(recipient))
        try:
            require("message", smtp.data(build_mail(content, mail_from)))
        except smtplib.SMTPDataError as error:
            raise RefusedError("message", error.smtp_code, to_bytes(error.smtp_error)) from None

    def _begin(self, sender: str) -> smtplib.SMTP:
        """Name the sender; a connection that the server has closed since is opened again."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPServerDisconnected, ConnectionError):
                code, answer = self._smtp.mail(sender)
                if code != CLOSING:
                    require("sender", (code, answer))
                    return self._smtp
            self._drop()
        self._check_time()
        smtp = self._connect()
        require("sender", smtp.mail(sender))
        return smtp

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        self._smtp = smtp = new_client(server, self._settings.base_domain)
        try:
            require("connection", smtp.connect(server.host, server.port))
            self._check_time()
            if smtp.sock is not None:
                smtp.sock.settimeout(self._limit_s)
            smtp.ehlo_or_helo_if_needed()
            if server.needs_starttls:
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except (OSError, smtplib.SMTPException, RefusedError) as error:
            self._failure = Retry(f"the mail server can't be used: {reason_of(error)}")
            raise
        return smtp

    def _after_refusal(self, refusal: RefusedError, recipient: str) -> Outcome:
        reason = f"the mail server refused the {refusal.step}: {reason_of(refusal, recipient)}"
        if refusal.code == CLOSING or not self._is_reset():
            self._drop()
        if refusal.is_of_the_address:
            return Dead(reason)
        return self._failure or Retry(reason)

    def _is_reset(self) -> bool:
        """End a mail that was begun; return whether the connection can be used further."""
        if self._smtp is None:
            return False
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.rset()
            return True
        return False

    @contextmanager
    def _time_limit(self) -> Iterator[None]:
        """Cut the connection when the time of a mail is over."""
        timer = Timer(self._limit_s, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _check_time(self) -> None:
        if self._is_late:
            raise TimeoutError

    def _cut(self) -> None:
        self._is_late = True
        sock = self._smtp.sock if self._smtp else None
        if sock is not None:
            with suppress(OSError):  # of a socket with TLS too: nobody takes leave
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def new_client(server: SmtpServer, own_name: str) -> smtplib.SMTP:
    """Return a client that is not connected yet, so that connecting can be cut too."""
    client = smtplib.SMTP_SSL if server.is_tls else smtplib.SMTP
    smtp: smtplib.SMTP = client(local_hostname=own_name, timeout=CONNECT_S)
    # The name in certificates: only a constructor that connects sets it.
    smtp._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    return smtp


def require(step: str, answer: tuple[int, bytes]) -> None:
    """Raise RefusedError unless the answer is a success."""
    code, line = answer
    if not 200 <= code < 300:  # noqa: PLR2004 - the class of a reply, RFC 5321
        raise RefusedError(step, code, line)


def reason_of(error: Exception, recipient: str = "") -> str:
    """Return the reason of an error as a short line without addresses."""
    line = str(error)
    if isinstance(error, smtplib.SMTPResponseException):
        line = f"{error.smtp_code} {to_bytes(error.smtp_error).decode('utf-8', 'replace')}"
    elif isinstance(error, OSError) and error.strerror:
        line = error.strerror
    if recipient:
        line = re.sub(re.escape(recipient), "(address)", line, flags=re.IGNORECASE)
    return mask_addresses(line) or "no answer"


def to_bytes(text: bytes | str) -> bytes:
    """Return an answer of the server as bytes."""
    return text if isinstance(text, bytes) else text.encode()
