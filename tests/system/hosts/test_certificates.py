"""A real Caddy asks for certificates through a real nginx, and writes no secret down."""

import socket
import ssl
from contextlib import closing

import pytest

from ops.local import processes
from tests.integration.http import wire
from tests.support.caddy import Caddy
from tests.support.nginx import nginx
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

SECRET = "tok-8d2c4b6f1e"
SUBDOMAINS = {"WILDCARD_CERTIFICATE": "on"}


class Edge:
    """Caddy before nginx before a web process of its own."""

    def __init__(self, system, folder):
        self.web, self.asked = system.start_web(), processes.choose_port()
        self.nginx = nginx(system, self.web, folder, self.asked)
        self.caddy = Caddy(system, self.nginx.port, self.asked, folder)
        wait_until(lambda: self.ask("localhost", "/healthz") == 200, "Caddy serves the base")

    def ask(self, host, path, *lines):
        """The status of what is answered by TLS to who names a host; None without a certificate."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        head = "\r\n".join((f"GET {path} HTTP/1.1", f"Host: {host}", *lines, "", ""))
        try:
            with (
                closing(socket.create_connection(("127.0.0.1", self.caddy.port), 10)) as tcp,
                trusting.wrap_socket(tcp, server_hostname=host) as tls,
            ):
                tls.sendall(head.encode())
                return int(tls.recv(64).split()[1])
        except (ssl.SSLError, ConnectionError, IndexError):
            return None


@pytest.fixture(scope="module")
def edge(system, tmp_path_factory):
    edge = Edge(system, tmp_path_factory.mktemp("edge"))
    yield edge
    system.end_web(edge.web)


def test_a_certificate_is_obtained_when_visitors_may_see_the_page(actors, edge):
    # given a page that is shown, one that is hidden, and a name that nobody has
    shown, hidden = actors.page("API"), actors.owner().page(is_public=False)
    # when they are visited by TLS, then only the first has a certificate, and the page behind it
    assert edge.ask(shown.host, "/status.json") == 200
    assert edge.ask(hidden.host, "/") is None
    assert edge.ask("nobody-has-this.localhost", "/") is None
    # and the other one has, once it is shown
    hidden.owner.done(hidden.owner.patch(hidden.path, {"isPublic": True}), 200)
    wait_until(lambda: edge.ask(hidden.host, "/status.json") == 200, "it has a certificate")
    # while nothing internal is told to who comes from outside
    for host in (shown.host, "localhost"):
        assert edge.ask(host, f"/internal/tls/allow?domain={host}") == 404


def test_the_listener_for_certificates_knows_nothing_else_when_it_is_asked(actors, edge):
    page = actors.page("API")

    def status(path):
        head = f"GET {path} HTTP/1.1\r\nHost: nginx\r\nConnection: close\r\n\r\n"
        return wire.exchange(edge.asked, head.encode()).status

    assert status(f"/internal/tls/allow?domain={page.host}") == 200
    assert status("/internal/tls/allow?domain=nobody.localhost") == 404
    for path in ("/", "/healthz", "/internal/tls", "/internal/tls/allow/", "/api/v1/status"):
        assert status(path) == 404


def test_no_secret_is_in_a_line_of_caddy_when_what_is_behind_it_is_gone(system, edge):
    edge.nginx.child.kill()
    try:
        answer = edge.ask(
            "localhost", f"/s/{SECRET}?token={SECRET}", f"Cookie: hepstatus_session={SECRET}"
        )
    finally:
        edge.nginx.restart()
    said = system.log.path("caddy").read_text()
    assert (answer, "http.log.error" in said) == (502, True)
    assert SECRET not in said


def test_subdomains_get_no_certificate_when_the_base_has_a_wildcard(actors, system):
    page, web = actors.page("API"), system.start_web(SUBDOMAINS)

    def status(domain):
        head = f"GET /internal/tls/allow?domain={domain} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        return wire.exchange(web.port, head.encode()).status

    assert [status(domain) for domain in (page.host, "localhost", "nobody.localhost")] == [
        404, 200, 404,
    ]  # fmt: skip
    system.end_web(web)
