"""An HTTP server on loopback that answers as a test tells it, and keeps what it was sent."""

import gzip
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("hooks.pem")  # of hooks.example.com; it ends in a century
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
        act = {
            "hang": self.hang,
            "drip": self.drip,
            "cut": self.cut,
            "bomb": self.bomb,
            "odd": self.write_odd_head,
            "broken": self.break_off,
            "slow": self.think,
        }
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

    def write_odd_head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n odd\r\nno header\r\n\r\n")

    def break_off(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ntaken")

    def think(self):
        self.receiver.ending.wait(0.4)
        self.receiver.answer = 200
        self.reply()

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


class QuietServer(ThreadingHTTPServer):
    """A server to which a client that leaves early is no error."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing."""


@contextmanager
def receiver(*, is_tls: bool = False) -> Iterator[Receiver]:
    """A server for as long as it is needed."""
    handler = type("OwnHandler", (Handler,), {})
    server = QuietServer(("127.0.0.1", 0), handler)
    if is_tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    handler.receiver = Receiver(server)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield handler.receiver
    finally:
        handler.receiver.ending.set()
        server.shutdown()
        server.server_close()
