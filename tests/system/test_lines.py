"""What the processes say: one id through all of them, JSON throughout, and never a secret."""

import json
import socket
from itertools import chain

import pytest

from domain.page.commands import SetStatus
from tests.support.actors import Actors, unique
from tests.support.faults.breaking import SOON_S, Behind, receipt_id
from tests.support.stack import System, wait_until

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def spoken(tmp_path_factory, stack_template):
    """A system whose lines are nobody else's."""
    with System(tmp_path_factory.mktemp("spoken") / "system", template=stack_template) as system:
        yield system.start_all()


@pytest.fixture
def cast(spoken):
    with Actors(spoken) as actors:
        yield actors


def lines(system, role):
    """What one program has said to the end; each line has to be JSON."""
    whole = text(system, role).rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines()]


def text(system, name):
    path = system.log.path(name)
    return path.read_text() if path.exists() else ""


def line_with(system, role, **fields):
    """Wait for a line that says all of this."""
    found = []

    def is_said():
        found[:] = [x for x in lines(system, role) if fields.items() <= x.items()]
        return bool(found)

    wait_until(is_said, f"{role} says {fields}", SOON_S)
    return found[0]


def test_one_id_goes_from_the_edge_to_the_publication_when_a_write_names_its_request(spoken, cast):
    # given a monitor behind a proxy that numbers requests
    page = cast.page("API")
    asked = unique("trace")
    # when it writes
    answer = cast.monitor(page).toggle("API", "outage", headers={"X-Request-Id": asked})
    # then answer, access line, the worker's line and the receipt name the same request
    assert answer.headers["x-request-id"] == asked
    said = line_with(spoken, "web1", request_id=asked, event="request")
    template = "/api/v1/status-api/components/{cid}/status"
    assert (said["method"], said["route"], said["status"]) == ("POST", template, 200)
    drained = line_with(spoken, "worker1", request_ids=[asked])  # said beside the answer
    assert (drained["event"], drained["stream"]) == ("drained", page.id)
    assert drained["is_published"] is True
    receipt = page.owner.get(answer.headers["location"]).json()["data"]
    assert receipt["requestId"] == asked


def test_pages_stream_names_the_request_when_the_accounts_stream_handed_it_on(spoken, cast):
    # given an owner
    asked = unique("trace")
    # when she makes a page: decided on her stream, carried out on the page's
    answer = cast.owner().post(
        "/api/v1/status", {"name": "Acme"}, headers={"X-Request-Id": asked}
    )  # fmt: skip
    page_id = answer.json()["data"]["id"]

    # then both drains say for whom
    def streams():
        return {x["stream"] for x in lines(spoken, "worker1") if asked in x.get("request_ids", [])}

    wait_until(lambda: len(streams()) == 2, "both streams are drained", SOON_S)
    assert page_id in streams()


def test_drawing_names_the_request_when_a_visitor_asks_for_a_picture(spoken, cast):
    # given a page whose history nobody has asked for
    page = cast.page("API")
    asked = unique("trace")
    # when a visitor's request has an id
    assert cast.visitor(page).get("/history", headers={"X-Request-Id": asked}).status_code == 200
    # then the worker that renders names it
    said = line_with(spoken, "worker1", request_id=asked)
    assert (said["stream"], said["event"]) == (page.id, "rendered history")


@pytest.mark.parametrize(
    "header", ["short", "with space and more", "x" * 65, "a\tbcdefgh", "hyd_status_abcdefghijk", ""]
)
def test_an_id_is_minted_when_the_given_one_is_no_sane_token(cast, header):
    answer = cast.caller().get("/api/v1/auth/me", headers={"X-Request-Id": header})
    minted = answer.headers["x-request-id"]
    assert minted != header
    assert minted.startswith("q_")


def test_every_drain_names_all_that_it_settles_when_rings_are_coalesced(spoken, cast):
    # given commands that wait because their page's row is held
    page = cast.page("API")
    behind = Behind(spoken)
    mon = cast.monitor(page)
    asked = [unique("trace") for _ in range(5)]
    with behind.held("pages", page.id):
        for request_id in asked:
            mon.toggle(
                "API",
                "outage",
                headers={"X-Request-Id": request_id, "Prefer": "respond-async"},
            )

    # when they are drained, in however many drains
    def named():
        drains = [x for x in lines(spoken, "worker1") if x["event"] == "drained"]
        return set(chain.from_iterable(x["request_ids"] for x in drains))

    # then each is named
    wait_until(lambda: set(asked) <= named(), "all five are named", SOON_S)


def test_taken_port_is_told_in_a_line_like_any_other_when_a_worker_starts(spoken):
    # given a port that somebody else listens on
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        # when one more worker is to show its figures there
        worker = spoken.start_worker({"WORKER_METRICS_PORT": str(port)})
        try:
            # then it says so, and every line that it says is JSON
            def told():
                return [x for x in lines(spoken, worker.spec.name) if "no metrics" in x["event"]]

            wait_until(lambda: told() != [], "it is told", 30)
            (said,) = told()
            assert f"port {port} can't be opened" in said["event"]
            assert (said["level"], said["role"]) == ("warning", "worker")
        finally:
            worker.kill()


def test_no_secret_is_in_any_line_when_every_kind_of_request_carries_some(spoken, cast):
    # given secrets that can be told from everything else
    mark = "S3cr3t" + unique("mark").replace("-", "")
    page = cast.page("API")
    ada = page.owner
    doomed = cast.owner().page()
    key = page.key()["key"]
    session = ada.http.headers["Cookie"].partition("=")[2]
    dsn_password = spoken.urls.database_url.partition("://")[2].partition(":")[2].partition("@")[0]

    # when every kind of route is asked with them, well and badly
    stranger = cast.caller()
    bearers = [f"Bearer {key}", f"Bearer {mark}", f"Basic {mark}", f"bearer  {mark} {mark}", mark]
    once = {"Idempotency-Key": mark}
    toggle = "/api/v1/status-api/components/API/status"
    for bearer in bearers:
        for body in ({"status": "outage"}, {"status": mark}, {"status": 1, mark: mark}):
            stranger.post(toggle, body, headers={"Authorization": bearer, **once})
        stranger.get("/api/v1/status-api/status", headers={"Authorization": bearer})
        stranger.get(f"/api/v1/receipts/{mark}", headers={"Authorization": bearer})
        stranger.post(toggle, None, headers={"Authorization": bearer}, content=mark.encode())
        stranger.get(f"/%00{mark}", headers={"Authorization": bearer})
    account = {"email": f"{unique('eve')}@example.com", "password": f"{mark}-password"}
    for path in ("signup", "signup", "login", "logout", "me", mark):
        stranger.post(f"/api/v1/auth/{path}?password={mark}", account)
        stranger.post(f"/api/v1/auth/{path}", {**account, "password": [mark]})
        stranger.post(f"/api/v1/auth/{path}", headers={"Cookie": f"hepstatus_session={mark}"})
    for method in ("get", "patch", "delete"):
        for path in (doomed.path, f"{page.path}/keys/{mark}", f"/api/v1/hooks/grafana/{mark}"):
            said = {"Authorization": mark, **once}
            doomed.owner.http.request(method.upper(), f"{path}?token={mark}", headers=said)
    ada.post(f"{page.path}/keys", {"name": "monitor"}, headers=once)
    ada.post(f"{page.path}/keys", {"name": "another"}, headers=once)
    vi = cast.visitor(page)
    for path in (f"/{mark}", f"/?{mark}", "/history", f"/incidents/{mark}"):
        vi.get(path, headers={"Authorization": mark, "Cookie": f"a={mark}"})
    torn = (f"GET /{mark} HTTP/9", mark, f"GET / HTTP/1.1\r\n{mark}")
    for raw in (f"{start}\r\n\r\n" for start in torn):
        with socket.create_connection(("127.0.0.1", spoken.webs[0].port), timeout=5) as line:
            line.sendall(raw.encode())
            line.recv(4096)
    # and a worker meets commands that make it raise
    behind = Behind(spoken)
    sent = behind.append(page.id, SetStatus("API", mark), SetStatus(mark, "outage"))
    behind.sql(
        "UPDATE commands SET payload = CAST(:p AS jsonb) WHERE id = :id",
        p=json.dumps({"reference": mark, "status": {mark: mark}}),
        id=sent[0],
    )
    toggled = cast.monitor(page).toggle("API", "degraded")
    behind.wait_for(receipt_id(toggled), "published")

    # then nothing of it is in anybody's lines, which tell of all that all the same
    everything = "\n".join(path.read_text() for path in spoken.log.folder.glob("*.log"))
    assert '"event":"request"' in everything
    for secret in (mark, key, session, dsn_password):
        assert secret not in everything


def test_lines_have_no_secrets_when_the_database_goes_away(spoken, cast):
    # given a system whose Postgres is killed
    page = cast.page("API")
    key = page.key()["key"]
    mon = cast.caller(Authorization=f"Bearer {key}")
    spoken.stack.postgres.child.kill()
    # when everybody goes on asking
    try:
        for _ in range(3):
            headers = {"Idempotency-Key": "S3cr3tOnce"}
            path = "/api/v1/status-api/components/API/status"
            assert mon.post(path, {"status": "outage"}, headers=headers).status_code == 503
            assert page.owner.get(page.path).status_code == 503
    finally:
        spoken.stack.postgres.restart()
    spoken.wait_until_drained()

    # then every program's lines are JSON still, tell of the outage, and hold no secret
    def is_told():
        return any("the database does not answer" in x["event"] for x in lines(spoken, "web1"))

    wait_until(is_told, "it is told", SOON_S)
    lines(spoken, "worker1")
    dsn = spoken.urls.database_url.partition("://")[2].partition(":")[2].partition("@")[0]
    everything = "\n".join(text(spoken, n) for n in ("web1", "worker1", "beat1"))
    for secret in (key, "S3cr3tOnce", dsn):
        assert secret not in everything
