"""What stands in front of web, as real programs: one tenant's page under its own host alone, a
cache that a request can't fill or mislead, and no secret in a line.
"""

import itertools
import re
from contextlib import ExitStack

import pytest

from ops.local import processes
from tests.integration.http import wire
from tests.support.actors import Caller, Visitor
from tests.support.nginx import nginx
from tests.support.stack import wait_until
from tests.support.statuspage import DOCUMENTS

pytestmark = pytest.mark.system

CODINGS = ("br", "gzip", "identity")
SECRET = "tok-5b1f9c2e7a"


class Front:
    """An nginx before a web process of its own, which a test may stop."""

    def __init__(self, system, folder):
        self.system = system
        self.folder = folder
        self.web = system.start_web()
        self.asked = processes.choose_port()
        self.nginx = nginx(system, self.web, folder, self.asked)

    def ask(self, path, host, *lines, method="GET"):
        """What nginx answers to a request with these headers and no others."""
        head = (f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *lines, "", "")
        return wire.exchange(self.nginx.port, "\r\n".join(head).encode(), method)

    def lines(self):
        """All that nginx has said."""
        return self.system.log.path("nginx").read_text()

    def kept(self, zone):
        """The keys of what a zone of the cache holds."""
        found = (path.read_bytes() for path in (self.folder / zone).rglob("*") if path.is_file())
        return {re.search(rb"\nKEY: (.*)\n", content)[1].decode() for content in found}


@pytest.fixture(scope="module")
def front(system, tmp_path_factory):
    front = Front(system, tmp_path_factory.mktemp("front"))
    yield front
    system.end_web(front.web)


@pytest.fixture
def vi(actors, front):
    """A visitor of a page, through nginx."""
    with ExitStack() as exits:
        visitor = Visitor(front.nginx, actors.page("API").host)
        exits.callback(visitor.close)
        yield visitor


def test_a_tenant_is_never_shown_on_anothers_host_when_a_target_is_absolute(actors, front):
    # given two tenants
    pages = {page.host: page for page in (actors.page("API"), actors.page("API"))}
    ada, bo = pages
    own = {host: front.ask("/status.json", host).body for host in pages}
    assert own[ada] != own[bo]
    # when requests name both of them, then they are answered for neither
    for _ in range(2):
        for target, host in ((ada, bo), (bo, ada)):
            for path in ("/", "/status.json", "/badge.svg?label=x", "/api/v1/status-api/status"):
                assert front.ask(f"http://{target}{path}", host).status == 400
    # and with one name, however it is written, for that one
    for host in pages:
        for target in (f"http://{host}", f"HTTP://{host.upper()}:80", f"http://{host}."):
            assert front.ask(f"{target}/status.json", host).body == own[host]
            assert front.ask("/status.json", f"{host.title()}.:8000").body == own[host]
    assert {key.partition("/")[0] for key in front.kept("micro")} >= {ada, bo}


def test_queries_and_odd_paths_fill_no_cache_when_they_are_random(front, vi):
    # given a page that nginx keeps
    plain = front.ask("/", vi.host)
    before = front.kept("micro") | front.kept("parts")
    # when it is asked for with what means nothing
    odd = (*(f"/?x={n}&v={n}" for n in range(30)), "//", "/./", "/x/../", "/%2e/?label=a")
    for path in odd:
        assert front.ask(path, vi.host).body == plain.body
    for n in range(30):
        front.ask(f"/{n}", vi.host)
        front.ask("/", f"guessed-{n}.localhost")
    # then nothing more is kept, and web was asked once a second
    assert front.kept("micro") | front.kept("parts") == before
    asked = [line for line in front.lines().splitlines() if f" {vi.host} " in line]
    from_cache = [line for line in asked if re.search(r'"GET /" 200 .* HIT ', line)]
    assert len(from_cache) > len(odd) / 2


def test_a_document_for_statuspage_is_one_entry_whatever_the_case_of_its_path(front, vi):
    # given a document that nginx keeps
    wait_until(lambda: vi.get("/api/v2/summary.json").status_code == 200, "it is rendered")
    plain = front.ask("/api/v2/summary.json", vi.host)
    # when it is asked for in other ways, then it is the same, of the page of that host
    for path in ("/API/v2/Summary.json", "/api/V2/SUMMARY.JSON?x=1", "//api/./v2/summary.json"):
        answer = front.ask(path, vi.host)
        assert (answer.status, answer.body) == (200, plain.body)
    assert vi.host.encode() in plain.body
    kept = {key.split()[0] for key in front.kept("micro") if key.startswith(f"{vi.host}/")}
    assert {key for key in kept if "/api/" in key.lower()} == {f"{vi.host}/api/v2/summary.json"}
    # and every document has a line of its own, which web is sent
    for name in DOCUMENTS:
        path = f"/api/v2/{name}.json"
        asked = [front.ask(path.title(), vi.host).status for _ in range(2)]
        assert 404 not in asked
    # and what is no document is not kept, nor what the base answers
    assert front.ask("/API/v2/Subscribers.json", vi.host).status == 404
    assert front.ask("/api/v2/subscribers.json", vi.host, method="POST").status == 404
    assert front.ask("/api/v2/summary.json", "localhost").status == 404
    assert front.ask("/api/v1/status-api/status", "localhost").status == 401
    kept = {key.split()[0] for key in front.kept("micro") if "/api/" in key.lower()}
    assert kept <= {f"{vi.host}/api/v2/{name}.json" for name in DOCUMENTS}


def test_badges_with_labels_are_kept_apart_when_they_are_asked_for(front, vi):
    plain = front.ask("/badge.svg", vi.host).body
    # when a query means nothing, then it is the plain badge
    for query in ("x=1", "style=no", "theme=dark", "LABEL=x", "relabel=x", "style=no&style=flat"):
        assert front.ask(f"/badge.svg?{query}", vi.host).body == plain
    assert not [key for key in front.kept("variants") if key.startswith(vi.host)]
    # when it is a label, then the first one, and what web is sent is what the key says
    for query in ("label=Mine", "x=1&label=Mine&label=Other", "l%61bel=Other&label=Mine"):
        assert b"Mine" in front.ask(f"/badge.svg?{query}", vi.host).body
    keys = [key for key in front.kept("variants") if key.startswith(vi.host)]
    assert [key.split()[0] for key in keys] == [f"{vi.host}/badge.svg&label=Mine"]


def test_every_badge_and_the_embed_has_its_variants_when_they_are_asked_for(actors, front):
    # Given a page with badges of a leaf, and an embed
    page = actors.page("API")
    leaf = page.owner.get(f"{page.path}/components").json()["data"][0]["id"]

    def body(path):
        wait_until(lambda: front.ask(path, page.host).status == 200, f"{path} is rendered")
        return front.ask(path, page.host).body

    def keys():
        kept = [key.split()[0] for key in front.kept("variants")]
        return {key.removeprefix(page.host) for key in kept if key.startswith(page.host)}

    plain = {path: body(path) for path in ("/badge.json", f"/badge/{leaf}/uptime.svg", "/embed")}
    # When a query means nothing to them, then nothing is another document, and nothing more is kept
    for path, query in itertools.product(
        plain, ("x=1", "style=plastic", "theme=sepia", "THEME=dark")
    ):
        assert body(f"{path}?{query}") == plain[path]
    assert keys() == set()
    # When it does, then each is another one, kept apart
    variants = [
        *(f"/badge.json?{query}" for query in ("style=flat", "label=Mine")),
        *(f"/badge/{leaf}/uptime.svg?{query}" for query in ("style=flat-square", "label=Mine")),
        *(f"/embed?{query}" for query in ("theme=dark", "theme=light")),
    ]
    assert len({*map(body, variants), *plain.values()}) == len(variants) + len(plain)
    assert keys() == {path.replace("?", "&") for path in variants}
    # And the embed alone may be framed
    for path in ("/embed", "/embed?theme=dark"):
        assert "frame-ancestors *" in front.ask(path, page.host).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in front.ask("/", page.host).headers["Content-Security-Policy"]


def test_variants_are_limited_for_an_address_when_pages_are_not(front, vi):
    def statuses(path, client):
        forwarded = f"X-Forwarded-For: {client}"
        return [front.ask(path.format(n), vi.host, forwarded).status for n in range(60)]

    # when one address asks for many labels at once, then about 20 a second and a burst of as many
    labelled = statuses("/badge.svg?label={}", "2001:db8:1:2::1")
    assert 20 <= labelled.count(200) < 60
    assert set(labelled) == {200, 429}
    # and its whole network counts as one, while pages and others go on
    assert 429 in statuses("/badge.svg?label={}", "2001:db8:1:2:ffff::2")[:30]
    assert set(statuses("/?x={}", "2001:db8:1:2::1")) == {200}
    assert (
        front.ask("/badge.svg?label=x", vi.host, "X-Forwarded-For: 2001:db8:1:3::1").status == 200
    )


@pytest.mark.parametrize("way", ["hidden", "deleted"])
def test_a_page_that_left_stays_away_when_web_stops_after_a_visit(actors, front, way):
    # given a page of which nginx keeps all that it was asked for, in each encoding
    page = actors.page("API")
    mon, numbers = actors.monitor(page), itertools.count()
    incident = mon.open().json()["data"]["id"]
    paths = ("/", "/status.json", "/status-version.json", "/badge.svg", "/badge.svg?label=x",
             "/history", f"/incidents/{incident}")  # fmt: skip

    def client():  # another one each time: one address may not ask for so many labels
        return f"X-Forwarded-For: 198.51.100.{next(numbers) % 256}"

    def statuses(method="GET"):
        return {
            front.ask(path, page.host, f"Accept-Encoding: {coding}", client(), method=method).status
            for path in paths
            for coding in CODINGS
        }

    wait_until(lambda: statuses() == {200}, "all is shown")
    # when it leaves, visitors met that, and web is gone
    if way == "hidden":
        page.owner.patch(page.path, {"isPublic": False})
    else:
        page.owner.delete(page.path)
    wait_until(lambda: statuses("HEAD") == {404}, "all is away")
    front.web.child.kill()
    # then nothing of it comes back, in whatever form it is asked for
    try:
        for _ in range(2):
            assert statuses() == statuses("HEAD") == {404}
    finally:
        front.web.restart()


def test_owners_get_past_the_cache_when_they_are_signed_in(front, vi):
    front.ask("/", vi.host)
    for cookie in (
        "hepstatus_session=x",
        "a=b; __Host-hepstatus_session=x",
        "_ga=1;hepstatus_session=x",
    ):
        front.ask("/", vi.host, f"Cookie: {cookie}", f"X-Request-Id: signed-in-{vi.host}")
    front.ask(
        "/", vi.host, "Cookie: my_hepstatus_session=x; _ga=1", f"X-Request-Id: other-{vi.host}"
    )
    said = front.lines().splitlines()
    assert {line.split()[-5] for line in said if f"signed-in-{vi.host}" in line} == {"BYPASS"}
    assert [line.split()[-5] for line in said if f"other-{vi.host}" in line] != ["BYPASS"]


def test_internal_addresses_are_nowhere_when_the_public_listener_is_asked(front, vi):
    for host in ("localhost", vi.host):
        for path in ("/internal/tls/allow", "//internal//tls/allow", "/internal%2Ftls/allow",
                     "/x/../internal/tls/allow", "/api/../internal/tls/allow"):  # fmt: skip
            assert front.ask(f"{path}?domain={vi.host}", host).status == 404
    moved = front.ask("/api", "evil.example")
    assert "evil" not in str(moved.headers["location"])
    assert "://" not in str(moved.headers["location"] or "")


def test_no_secret_is_in_a_line_when_web_is_gone_or_too_much_is_sent(front):
    secrets = (
        f"/s/{SECRET}",
        f"/api/v1/hooks/grafana/{SECRET}",
        f"/API/v1/hooks/{SECRET}",
        f"/s//{SECRET}?token={SECRET}",
        f"/?key={SECRET}",
        f"/x/hyd_status_{SECRET}",
    )
    front.web.child.kill()
    try:
        with Caller(front.nginx).http as caller:
            for path in secrets:
                for size in (10, 200_000, 2_000_000):
                    caller.post(
                        path,
                        content=b"x" * size,
                        headers={"Referer": f"http://localhost/s/{SECRET}"},
                    )
    finally:
        front.web.restart()
    said = front.lines()
    assert "/s/***" in said
    assert "/hooks/grafana/***" in said
    assert "web=502" in said  # what the error log would have told
    assert SECRET not in said
