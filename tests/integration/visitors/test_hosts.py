"""Which host shows which page, and what all the others get.

Source: docs/behaviour.md, "Visibility", "Hosts" and "Refusals on a page's host".
"""

from contextlib import closing

import msgspec
import pytest
import redis

from domain.store.redis import keys
from tests.integration.http import wire
from tests.support.actors import Actors

PUBLIC = ("/", "/status.json", "/status-version.json", "/badge.svg", "/badge.png")


@pytest.fixture(scope="module")
def shown(system):
    """A page that tests look at and nobody changes."""
    with Actors(system) as actors:
        yield actors.page("API")


@pytest.fixture
def vi(actors, shown):
    return actors.visitor(shown)


def fullwidth(host: str) -> str:
    """The same name in letters that IDN maps to the usual ones."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in host)


# One host, one page


@pytest.mark.parametrize(
    "spelling",
    [
        str,
        str.upper,
        lambda host: f"{host}.",
        lambda host: f"{host}:8000",
        lambda host: f"{host.title()}.:443",
        fullwidth,
        lambda host: host.replace(".", "。"),
    ],
)
def test_page_is_the_same_when_its_host_is_spelled_otherwise(actors, shown, vi, spelling):
    answer = wire.read(actors.system, "GET", "/status.json", spelling(shown.host))
    assert answer == (200, vi.get("/status.json").content)


def test_base_is_the_same_when_its_host_is_spelled_otherwise(actors):
    for host in ("localhost", "LOCALHOST.", "localhost:1", fullwidth("localhost")):
        status, content = wire.read(actors.system, "GET", "/", host)
        assert (status, b"Hep Status" in content) == (200, True)


@pytest.mark.parametrize("host", ["nobody.localhost", "a.b.localhost", "x.localhost:8000"])
def test_nothing_is_there_when_a_name_under_the_base_is_unknown(actors, host):
    for path in PUBLIC:
        answer = actors.caller(host).get(path)
        assert answer.status_code == 404
        assert answer.headers["cache-control"] == "public, max-age=1"
    assert "page here" in answer.text


@pytest.mark.parametrize(
    "host", ["foreign.example", "localhost.example", "notlocalhost", "bücher.de"]
)
def test_visitor_is_sent_to_the_base_when_a_host_is_foreign(actors, host):
    caller = actors.caller(host.encode("idna").decode())
    for method in ("GET", "HEAD"):
        answer = caller.http.request(method, "/status.json?x=1")
        assert answer.status_code == 302
        assert answer.headers["location"] == f"{actors.system.env['BASE_URL']}/"
        assert answer.headers["cache-control"] == "no-store"
    for method in ("POST", "DELETE", "OPTIONS"):
        assert caller.http.request(method, "/").status_code == 404


def test_page_host_takes_no_writes_when_somebody_posts_to_it(actors, shown, vi):
    before = vi.get("/status.json").content
    secret = shown.key()["key"]
    for path in (*PUBLIC, "/api/v1/status-api/incidents"):
        answer = vi.post(path, {"title": "x"}, headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"
    assert vi.get("/api/v1/status-api/status").status_code == 404
    assert vi.get("/status.json").content == before


JSON, HTML = "application/json", "text/html; charset=utf-8"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/nothing", None, HTML),
        ("/nothing", "*/*", HTML),
        ("/nothing", BROWSER, HTML),
        ("/nothing", "image/png", HTML),
        ("/nothing", "no media type", HTML),
        ("/apiary", "*/*", HTML),
        ("/nothing.json", BROWSER, HTML),
        ("/nothing.json", None, JSON),
        ("/nothing.json", "*/*", JSON),
        ("/nothing.json", "no media type", JSON),
        ("/nothing", JSON, JSON),
        ("/nothing", "Application/JSON, text/plain, */*", JSON),
        ("/nothing", "text/html;q=0.5, application/json", JSON),
        ("/api", BROWSER, JSON),
        ("/api/v1/status-api/status", "*/*", JSON),
    ],
)
def test_a_refusal_is_in_the_form_of_who_asks_when_there_is_no_page(
    actors, shown, path, accept, kind
):
    given = {"Accept": accept} if accept else {}
    for host in (shown.host, "nobody.localhost"):
        caller = actors.caller(host)
        caller.http.headers.pop("Accept")
        answer = caller.get(path, headers=given)
        assert (answer.status_code, answer.headers["content-type"]) == (404, kind)
        assert answer.headers["cache-control"] == "public, max-age=1"
        assert answer.headers["x-accel-expires"] == "0"  # nothing was ever shown there
        if kind == JSON:
            told = answer.json()
            assert (told["ok"], told["code"]) == (False, "NOT_FOUND")
            assert answer.headers["access-control-allow-origin"] == "*"
            is_api = path.startswith("/api")
            assert (
                f"The API is at {actors.system.env['BASE_URL']}/api." in told["error"]
            ) is is_api
        else:
            assert "content-security-policy" in answer.headers


def test_a_wrong_method_is_told_what_is_true_when_there_is_a_page(actors, vi):
    said = vi.post("/", {}, headers={"Accept": BROWSER})
    assert (said.status_code, said.headers["content-type"]) == (405, HTML)
    assert "This address is read only" in said.text
    for path in ("/api/v1/status-api/incidents", "/status.json"):
        told = vi.post(path, {}, headers={"Accept": "*/*"})
        assert (told.status_code, told.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
        assert told.headers["allow"] == "GET, HEAD"
        assert told.json()["error"].startswith("This address is read only: GET and HEAD.")
    assert "The API" not in told.json()["error"]
    head = vi.http.head("/nothing.json")
    assert (head.status_code, head.content) == (404, b"")
    assert int(head.headers["content-length"]) > 0


@pytest.mark.parametrize(
    "path", ["/nothing", "//nothing/", "/nothing/", "/STATUS.JSON", "/../", "/%2e"]
)
def test_nothing_is_there_when_a_path_on_a_page_host_is_unknown(actors, shown, path):
    status, content = wire.read(actors.system, "GET", path, shown.host)
    assert (status, b"nothing at this address" in content) == (404, True)


def test_query_changes_nothing_when_the_page_is_asked_for(vi):
    plain = vi.get("/")
    assert vi.get("/?v=1234&utm=x").content == plain.content
    assert vi.get("/?v=1234").headers["etag"] == plain.headers["etag"]


# Requests that name no host, or two


@pytest.mark.parametrize(
    ("target", "lines"),
    [
        ("/status.json", ["Host: {host}", "Host: {host}"]),
        ("/status.json", ["Host: {host}", "Host: other.localhost"]),
        ("/healthz", ["Host: {host}", "host: other.localhost"]),
        ("http://other.localhost/status.json", ["Host: {host}"]),
        ("http://{host}.example/", ["Host: {host}"]),
        ("HTTP://ada@{host}/", ["Host: {host}"]),
        ("http://other.localhost/healthz", ["Host: {host}"]),
        ("http://{host}/status.json", []),
        ("/healthz", []),
        ("/healthz", ["Host:"]),
        ("/healthz", ["Host: a b"]),
        ("/readyz", ["Host: {host}/x"]),
        ("/internal/tls/allow?domain={host}", ["Host: ada@{host}"]),
        ("/status.json", ["Host: {host}:http"]),
        ("/status.json", ["Host: {host}:80:80"]),
        ("/status.json", ["Host: {host}:65536"]),
        ("/status.json", ["Host: http://{host}"]),
        ("/status.json", ["Host: {host}, {host}"]),
        ("/status.json", ["Host: [{host}]"]),
        ("/status.json", ["Host: :8000"]),
        ("/status.json", ["Host: .."]),
        ("/status.json", ["Host: <b>.localhost"]),
        ("/status.json", [f"Host: {'a' * 300}.localhost"]),
        ("/status.json", [f"Host: {'a' * 64}.ä.localhost"]),
        ("/api/v1/status", ["Host: localhost", "Host: localhost"]),
        ("http://{host}/api/v1/status", ["Host: localhost"]),
    ],
)
def test_request_is_malformed_when_it_does_not_name_one_host(actors, shown, target, lines):
    head = "\r\n".join((f"GET {target} HTTP/1.1", *lines, "", "")).format(host=shown.host)
    answer = wire.exchange(actors.system.webs[0].port, head.encode())
    assert (answer.status, answer.headers["cache-control"]) == (400, "no-store")
    assert b"one host" in answer.body


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET http://{host}/status.json HTTP/1.1", 200),
        ("GET HTTP://{upper}:80/status.json?x=1 HTTP/1.1", 200),
        ("GET http://{host} HTTP/1.1", 200),
        ("GET http://{host}?v=1 HTTP/1.1", 200),
        ("GET http://{host}/nothing HTTP/1.0", 404),
    ],
)
def test_page_is_shown_when_an_absolute_target_names_its_host(actors, shown, line, status):
    filled = line.format(host=shown.host, upper=shown.host.upper())
    head = f"{filled}\r\nHost: {shown.host}\r\n\r\n"
    assert wire.exchange(actors.system.webs[0].port, head.encode()).status == status


def test_only_health_is_told_when_old_http_names_no_host(actors):
    for path, status in (("/healthz", 200), ("/readyz", 200), ("/", 400), ("/status.json", 400)):
        answer = wire.exchange(actors.system.webs[0].port, f"GET {path} HTTP/1.0\r\n\r\n".encode())
        assert answer.status == status


# Visibility


def test_a_404_is_kept_by_caches_as_what_it_replaces_when_a_page_is_hidden(actors):
    page = actors.owner().page()
    vi = actors.visitor(page)
    gone = page.path.replace("/api/v1/status/p_", "/incidents/i_")  # of the form of an incident
    page.owner.patch(page.path, {"isPublic": False})
    for path, kind in (("/", HTML), ("/status.json", JSON), ("/badge.svg", HTML), (gone, HTML)):
        for accept in (BROWSER, JSON):  # who asks first decides nothing for who asks next
            answer = vi.get(path, headers={"Accept": accept})
            assert (answer.status_code, answer.headers["content-type"]) == (404, kind)
            assert answer.headers["cache-control"] == "public, max-age=1"
            assert "x-accel-expires" not in answer.headers
    # and where nothing can have been shown, our own cache keeps nothing
    assert vi.get("/nothing").headers["x-accel-expires"] == "0"
    assert vi.get("/nothing").headers["cache-control"] == "public, max-age=1"
    # and the same where a page that was public has no such thing any more, or is gone
    page.owner.patch(page.path, {"isPublic": True})
    assert "x-accel-expires" not in vi.get(gone).headers
    page.owner.delete(page.path)
    for path in ("/", "/status.json"):
        answer = vi.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "public, max-age=1")
        assert "x-accel-expires" not in answer.headers


def test_nothing_is_there_when_a_page_is_hidden(actors):
    page = actors.owner().page(is_public=False)
    page.leaf("API")
    vi, mon = actors.visitor(page), actors.monitor(page)
    for is_public in (False, True, False):
        page.owner.done(page.owner.patch(page.path, {"isPublic": is_public}), 200)
        statuses = {vi.get(path).status_code for path in PUBLIC}
        assert statuses == ({200} if is_public else {404})
        assert mon.open().status_code == 201  # its keys go on working
    nobody = actors.caller("nobody.localhost")
    for method in ("GET", "POST"):
        hidden, unknown = (who.http.request(method, "/") for who in (vi, nobody))
        assert (hidden.status_code, hidden.content) == (404, unknown.content)


def test_url_is_null_when_a_page_has_no_host(actors):
    # Nobody can visit it; what its key reads is made of the same publication.
    ada = actors.owner()
    made = ada.post("/api/v1/status", {"name": "Acme"}).json()["data"]
    secret = ada.post(f"/api/v1/status/{made['id']}/keys", {"name": "x"}).json()["data"]["key"]
    mon = actors.caller(Authorization=f"Bearer {secret}")
    assert mon.get("/api/v1/status-api/status").json()["data"]["overall"] == "operational"
    assert published(actors.system, made["id"])["page"] == {"name": "Acme", "url": None}


def published(system, page_id: str):
    """status.json as it lies in Redis."""
    with closing(redis.Redis.from_url(system.urls.redis_url)) as client:
        return msgspec.json.decode(client.hget(keys.page_key(page_id), "status.json"))
