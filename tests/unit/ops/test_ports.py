import socket

import pytest

from ops.local import processes


def listening(port: int = 0) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as every real server does
    server.bind((processes.LOOPBACK, port))
    server.listen(1)
    return server


def test_port_is_taken_while_somebody_listens_and_free_afterwards():
    with listening() as server:
        port = server.getsockname()[1]
        assert not processes.is_port_free(port)
    assert processes.is_port_free(port)


def test_port_is_free_while_a_connection_to_it_is_closing():
    with listening() as server:
        port = server.getsockname()[1]
        client = socket.create_connection((processes.LOOPBACK, port))
        accepted, _ = server.accept()
        accepted.close()  # the server's side closes first and lingers
        client.close()
    assert processes.is_port_free(port)


def test_choose_keeps_the_preferred_port_when_it_is_free():
    port = processes.choose_port()
    assert processes.choose_port(port) == port


def test_choose_takes_another_when_the_preferred_is_taken():
    with listening() as server:
        taken = server.getsockname()[1]
        assert processes.choose_port(taken) != taken


def test_choose_says_so_when_no_port_is_free(monkeypatch):
    monkeypatch.setattr(processes, "is_port_free", lambda _port: False)
    with pytest.raises(OSError, match="no free TCP port"):
        processes.choose_port()
