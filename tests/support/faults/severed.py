"""A way to Postgres that is cut at a word: before it arrives, or after it was done, unanswered."""

import socket
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from sqlalchemy import make_url

CHUNK = 65_536


@dataclass(slots=True)
class Cut:
    """Where to cut, once: the first thing said with `word` in it, that `forwards` or not.

    With `closes` nobody comes through from then on.
    """

    word: bytes
    forwards: bool
    closes: bool


class Severed:
    """Listens on loopback and passes on what is said to Postgres, until the cut."""

    def __init__(self, database_url: str) -> None:
        url = make_url(database_url)
        self._server = (url.host, url.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        self._cuts: list[Cut] = []
        self._is_open = True
        self._open = ExitStack()
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """End every connection, and listen no more."""
        self._listener.close()
        self._open.close()

    def cut_at(self, word: str, *, forwards: bool, closes: bool = False) -> None:
        """Cut where this word is said the next time; cuts are met in the order of these calls."""
        self._cuts.append(Cut(word.encode(), forwards, closes))

    def mend(self) -> None:
        """Let everybody through, always."""
        self._cuts.clear()
        self._is_open = True

    @property
    def is_cut(self) -> bool:
        """Whether every cut was made."""
        return not self._cuts

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._is_open:
                    self._connect(client)
                else:
                    client.close()

    def _connect(self, client: socket.socket) -> None:
        server = socket.create_connection(self._server)
        for end in (client, server):
            self._open.callback(end.close)
        threading.Thread(target=self._say, args=(client, server), daemon=True).start()
        threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _say(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(CHUNK):
                if self._cuts and self._cuts[0].word in said:
                    self._sever(self._cuts.pop(0), said, client, server)
                    return
                server.sendall(said)
        hang_up(server)

    def _sever(self, cut: Cut, said: bytes, client: socket.socket, server: socket.socket) -> None:
        self._is_open = not cut.closes
        client.shutdown(socket.SHUT_RDWR)  # what is answered from now on arrives nowhere
        if cut.forwards:
            server.sendall(said)
            server.shutdown(socket.SHUT_WR)  # Postgres does what it was told, and hangs up
        else:
            hang_up(server)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while answered := server.recv(CHUNK):
                client.sendall(answered)
        hang_up(client)


def hang_up(end: socket.socket) -> None:
    """End a connection in both directions."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
