"""An HTTP server on loopback that answers as a test tells it, and keeps what it was sent."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BOMB = gzip.compress(bytes(200_000_000), 9)


class Receiver:
    """What the server does next, and the requests so far: (path, headers, body)."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.port = server.server_port
        self.answer: int | str = 204
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.ending = threading.Event()

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


class Handler(BaseHTTPRequestHandler):
    """A request of the receiver."""

    receiver: Receiver

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.receiver.requests.append((self.path, dict(self.headers), body))
        act = {"hang": self.hang, "drip": self.drip, "cut": self.cut, "bomb": self.bomb}
        answer = self.receiver.answer
        act.get(answer, self.reply)()

    def reply(self):
        self.send_response(self.receiver.answer)
        for name, value in self.receiver.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def hang(self):
        self.receiver.ending.wait(60)

    def drip(self):
        while not self.receiver.ending.wait(0.2):
            self.wfile.write(b" ")
            self.wfile.flush()

    def cut(self):
        self.connection.close()

    def bomb(self):
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(BOMB)))
        self.end_headers()
        self.wfile.write(BOMB)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A server for as long as it is needed."""
    handler = type("OwnHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.receiver = Receiver(server)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield handler.receiver
    finally:
        handler.receiver.ending.set()
        server.shutdown()
        server.server_close()
