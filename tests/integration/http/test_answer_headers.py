"""What every answer says to browsers, whatever it is and whoever gives it."""

import re
import socket
from contextlib import closing

import pytest

from tests.support.actors import PASSWORD
from web.dashboard.document import static_path

ALWAYS = ("x-content-type-options", "referrer-policy", "permissions-policy")
HSTS = "strict-transport-security"
BASE = (
    ("GET", "/"), ("GET", "/docs"), ("GET", "/api/openapi.json"), ("GET", "/nowhere"),
    ("GET", "/healthz"), ("GET", "/readyz"), ("POST", "/healthz"), ("GET", "/internal/tls/allow"),
    ("GET", "/dashboard"), ("GET", "/dashboard/login"), ("GET", "/dashboard/nowhere"),
    ("GET", f"{static_path()}/dashboard.css"), ("GET", "/static/old/dashboard.css"),
    ("GET", "/static/x/nothing.js"), ("GET", "/logo/x.png"), ("DELETE", "/docs"),
    ("GET", "/api/v1/status"), ("POST", "/api/v1/auth/login"), ("PUT", "/api/v1/auth/login"),
    ("GET", "/api/v1/nowhere"), ("GET", "/a%00b"), ("POST", "/api/v1/status-api/incidents"),
    ("OPTIONS", "/api/v1/status"), ("HEAD", "/docs"), ("GET", "/docs/keys"),
    ("GET", "/docs/nowhere"), ("GET", "/docs/reader.json"), ("GET", "/docs/search.json"),
)  # fmt: skip
PAGE = (
    ("GET", "/"), ("GET", "/status.json"), ("GET", "/status-version.json"), ("GET", "/badge.svg"),
    ("GET", "/badge.svg?label=x"), ("GET", "/embed"),
    ("GET", "/embed?theme=dark"), ("GET", "/badge.png"), ("GET", "/og.png"), ("GET", "/history"),
    ("GET", "/nowhere"), ("GET", "/nowhere.json"), ("POST", "/"), ("GET", "/favicon.ico"),
    ("GET", "/api/v1/status"), ("HEAD", "/"),
)  # fmt: skip
RAW = {
    "a version": b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "no HTTP": b"\x16\x03\x01nonsense\r\n\r\n",
    "a giant header": b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000,
    "no host": b"GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
}


def holds(answer, what) -> None:
    """Assert that an answer says each of them once."""
    for name in ALWAYS:
        assert len(answer.headers.get_list(name)) == 1, (what, name)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


def test_every_kind_of_answer_says_so_when_it_comes_from_the_base(actors):
    ada, nobody = actors.owner(), actors.caller()
    for caller in (ada, nobody):
        for method, path in BASE:
            holds(caller.http.request(method, path), (method, path))
    redirected = ada.get("/")
    assert redirected.status_code == 303
    unchanged = nobody.get("/docs", headers={"If-None-Match": nobody.get("/docs").headers["etag"]})
    assert unchanged.status_code == 304
    holds(unchanged, "304")


def test_every_kind_of_answer_says_so_when_it_comes_from_a_page(actors):
    page = actors.page("API")
    page.owner.done(page.owner.post(f"{page.path}/incidents", {"title": "Down", "body": "x"}))
    hidden = actors.owner().page(is_public=False)
    for caller in (
        actors.visitor(page),
        actors.visitor(hidden),
        actors.caller("nobody.localhost"),
        actors.caller("elsewhere.example"),
    ):
        for method, path in PAGE:
            holds(caller.http.request(method, path), (caller.host, method, path))
    vi = actors.visitor(page)
    etag = vi.get("/").headers["etag"]
    holds(vi.get("/", headers={"If-None-Match": etag}), "304")
    holds(page.owner.get(f"{page.path}/preview"), "a preview")


@pytest.mark.parametrize("what", RAW)
def test_answer_says_so_when_nobody_knows_what_was_asked(system, what):
    with closing(socket.create_connection(("127.0.0.1", system.webs[0].port), 10)) as wire:
        wire.sendall(RAW[what])
        heard = b"".join(iter(lambda: wire.recv(65536), b"")).decode("latin-1")
    assert re.match(r"HTTP/1\.1 (4|5)\d\d ", heard)
    assert heard.count("x-content-type-options: nosniff\r\n") == 1
    assert "referrer-policy: same-origin\r\n" in heard
    assert "permissions-policy: " in heard


def test_svg_may_run_and_load_nothing_when_it_is_opened_by_itself(actors):
    page = actors.page("API")
    leaf, vi = page.leaf("Mail"), actors.visitor(page)
    for path in ("/badge.svg", "/badge.svg?label=x", f"/badge/{leaf}.svg"):
        answer = vi.get(path)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_browser_comes_by_tls_only_from_then_on_when_it_came_by_tls(actors):
    tls, page = {"X-Forwarded-Proto": "https"}, actors.page("API")
    # given hosts of ours: for a year, each for itself
    for host in ("localhost", page.host, "nobody.localhost"):
        caller = actors.caller(host, **tls)
        for path in ("/", "/healthz", "/nowhere", "/api/v1/status"):
            assert caller.get(path).headers.get_list(HSTS) == ["max-age=31536000"], (host, path)
        assert HSTS not in actors.caller(host).get("/").headers
    # and somebody else's: for a day
    assert actors.caller("status.example", **tls).get("/").headers[HSTS] == "max-age=86400"


def test_nobody_is_told_of_tls_when_who_says_so_is_not_trusted(tmp_path, own_system, own_actors):
    web = own_system.start_web({"TRUSTED_PROXIES": "203.0.113.9"})
    del tmp_path
    ada = own_actors.owner()
    nobody = own_actors.caller(web=own_system.webs.index(web), **{"X-Forwarded-Proto": "https"})
    answer = nobody.post("/api/v1/auth/login", {"email": ada.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert HSTS not in answer.headers
    assert "Secure" not in answer.headers["set-cookie"]
    assert answer.headers["set-cookie"].startswith("hepstatus_session=")
