"""A real mail server on loopback that a test can slow, have refuse, and cut at any step."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("localhost.pem")  # with its key; it ends in a century
CUT, HANG = "CUT", "HANG"  # instead of an answer
ANSWERS = {"CONNECT": "220 ready", "DATA": "354 go on", "QUIT": "221 bye"}
HANG_S = 20.0  # a test that is over ends it before


@dataclass(frozen=True)
class Received:
    """A mail as it came, with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return BytesParser(policy=policy.default).parsebytes(self.raw)


@dataclass
class MailServer:
    """What came, and what is answered. Steps are CONNECT, the commands, BODY (the middle of a mail)
    and END (after it, which is taken in any case but a refusal).
    """

    port: int = 0
    mails: list[Received] = field(default_factory=list)
    connections: int = 0
    encrypted: int = 0
    extensions: tuple[str, ...] = ()
    ending: threading.Event = field(default_factory=threading.Event)
    _answers: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def answer(self, step: str, *answers: str, of: str = "") -> None:
        """Answer a step so the next times, one after the other; `of`: only of what has this in it.

        A last answer `…` means: like this from now on.
        """
        self._answers[step, of] = list(answers)

    def next_answer(self, step: str, line: str = "") -> str:
        for (known, part), answers in self._answers.items():
            if known == step and part in line and answers:
                return answers[0] if answers[1:] == ["…"] else answers.pop(0)
        return ANSWERS.get(step, "250 ok")

    def mails_to(self, address: str) -> list[Received]:
        return [mail for mail in self.mails if address in mail.recipients]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self) -> None:
        self.mailbox: MailServer = self.server.mailbox
        self.mailbox.connections += 1
        self.sender, self.recipients = "", []
        going = self.say("CONNECT")
        while going and (line := self.rfile.readline().decode("latin-1").strip()):
            going = self.obey(line)

    def obey(self, line: str) -> bool:
        verb = line[:4].upper()
        if verb == "DATA":
            return self.take_mail(line)
        if verb == "EHLO":
            for extension in ("localhost", *self.mailbox.extensions):
                self.wfile.write(f"250-{extension}\r\n".encode())
        address = line.partition("<")[2].partition(">")[0]
        if not self.say(line.split(maxsplit=1)[0].upper(), line):
            return False
        if verb == "MAIL":
            self.sender, self.recipients = address, []
        elif verb == "RCPT":
            self.recipients.append(address)
        elif verb == "STAR":
            self.encrypt()
        return verb != "QUIT"

    def encrypt(self) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE)
        self.request = context.wrap_socket(
            self.request, server_side=True, do_handshake_on_connect=False
        )
        self.setup()
        self.request.do_handshake()
        self.mailbox.encrypted += 1

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def take_mail(self, line: str) -> bool:
        answer = self.mailbox.next_answer("DATA", line)
        if not self.give(answer):
            return False
        if not answer.startswith("354"):
            return True
        lines: list[bytes] = []
        while (one := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(one[1:] if one.startswith(b".") else one)
            # A test cuts a mail of some lines in its middle.
            if len(lines) == 3 and self.mailbox.next_answer("BODY") == CUT:
                return False
        end = self.mailbox.next_answer("END")
        if one and not end.startswith(("4", "5")):
            received = Received(self.sender, tuple(self.recipients), b"".join(lines))
            self.mailbox.mails.append(received)
        return self.give(end)

    def say(self, step: str, line: str = "") -> bool:
        return self.give(self.mailbox.next_answer(step, line))

    def give(self, answer: str) -> bool:
        """Answer; false if the connection ends here."""
        if answer == HANG:
            self.mailbox.ending.wait(HANG_S)
        if answer in {CUT, HANG}:
            return False
        self.wfile.write(f"{answer}\r\n".encode())
        return not answer.startswith("421")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    mailbox: MailServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that go away: it is what tests are about."""


@contextmanager
def smtp_server() -> Iterator[MailServer]:
    """Run a mail server on a free port of loopback."""
    with Server(("127.0.0.1", 0), Conversation) as server:
        mailbox = server.mailbox = MailServer(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield mailbox
        finally:
            mailbox.ending.set()
            server.shutdown()
            thread.join()
