"""Moving in from a Statuspage that answers over HTTP, by its public documents and by its API.

Source: docs/behaviour.md, "Moving in from Statuspage".
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.inside import hepstatus

RECORDED = Path(__file__).parents[2] / "unit" / "ops"
CONTENT = json.loads((RECORDED / "statuspage.json").read_bytes())
FEED = (RECORDED / "statuspage.atom").read_bytes()
KEY = "a secret of theirs"
HTML = b"<!DOCTYPE html><p>Not a status page</p>"


def documents():
    """What the public addresses of the page answer."""
    names = ("summary", "incidents", "scheduled-maintenances")
    return {f"/api/v2/{name}.json": json.dumps(CONTENT).encode() for name in names} | {
        "/history.atom": FEED
    }


@contextmanager
def statuspage(answers) -> Iterator[tuple[str, list[str]]]:
    """Serve answers by path; yield the address, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            answer = answers.get(self.path.partition("?")[0])
            if callable(answer):
                answer = answer(self)
            if isinstance(answer, str):
                self.send_response(302)
                self.send_header("Location", answer)
            else:
                self.send_response(404 if answer is None else 200)
            self.end_headers()
            if isinstance(answer, bytes):
                self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def move(system, page, source, *more):
    done = hepstatus(system, "import", "statuspage", source, "--page", page.id, *more)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refusal(system, page, source, *more):
    done = hepstatus(system, "import", "statuspage", source, "--page", page.id, *more)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("Nothing was imported.\n")
    return done.stderr


def test_visitors_see_it_all_when_a_statuspage_was_imported(actors):
    # Given an empty page, and a Statuspage
    page, vi = actors.page(), None
    with statuspage(documents()) as (url, _):
        # When a rehearsal is made, then it lists everything and changes nothing
        listed = move(actors.system, page, url, "--dry-run")
        assert "category  Europe\n" in listed
        assert "incident  2026-10-05 14:22  API is down\n" in listed
        assert "maintenance  2098-01-10 02:00  Next year\n" in listed
        vi = actors.visitor(page)
        assert vi.json()["components"] == []

        # When it is imported
        said = move(actors.system, page, url)
        # Then visitors see components, incidents and maintenances, and the operator what differs
        shown = vi.json()
        assert [(c["name"], c["group"]) for c in shown["components"]] == [
            ("Disks", "Europe"), ("Disks", "Europe"), ("API", None),
        ]  # fmt: skip
        assert [i["name"] for i in shown["incidents"]] == ["Slow"]
        assert [m["name"] for m in shown["maintenances"]] == ["Next year"]
        assert "got 4 components, 6 incidents" in said
        assert "Postmortems became updates of resolved incidents: 1." in said
        assert "subscribers" in said
        assert "API is down" in vi.get("/history/2026-10").text
        assert "Fish &amp; chips" in vi.get("/history/2026-01").text
        # and its own name is kept
        assert shown["page"]["name"] == "Acme"

        # When it is imported again, then nothing changes
        assert "has all of it already" in move(actors.system, page, url)
        assert vi.json()["version"] == shown["version"]


def test_all_incidents_come_when_a_key_is_given(actors, tmp_path):
    # Given the manage API with two pages of incidents, which is busy at first
    key_file = tmp_path / "key"
    key_file.write_text(f"{KEY}\n")
    incident = CONTENT["incidents"][0]
    many = [{**incident, "id": f"inc{n:08}"} for n in range(130)]
    seen: list[str | None] = []

    def incidents(request):
        seen.append(request.headers["Authorization"])
        number = int(request.path.partition("page=")[2].partition("&")[0])
        return json.dumps(many[100 * number - 100 : 100 * number]).encode()

    api = {
        # (it lists no groups: those of the public documents are taken)
        "/v1/pages/kctbh9vrtdwd/components": json.dumps(
            [row for row in CONTENT["components"] if not row.get("group")]
        ).encode(),
        "/v1/pages/kctbh9vrtdwd/incidents": incidents,
    }
    page = actors.page()
    with statuspage(documents() | api) as (url, _):
        # When it is imported with the key
        more = ("--api-key-file", str(key_file), "--manage-url", f"{url}/v1")
        said = move(actors.system, page, url, *more)
    # Then all incidents are there, the key was sent as their API wants it, and nobody reads it
    assert "4 components, 130 incidents" in said
    assert {c["group"] for c in actors.visitor(page).json()["components"]} == {"Europe", None}
    assert set(seen) == {f"OAuth {KEY}"}
    assert KEY not in said


def test_a_saved_document_can_be_imported(actors):
    page = actors.page()
    assert "got 4 components, 5 incidents" in move(
        actors.system, page, str(RECORDED / "statuspage.json")
    )


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({}, "answers 404"),
        ({"/api/v2/summary.json": HTML}, "is no JSON. Is it the address of a page on Statuspage?"),
        ({"/api/v2/summary.json": b"[]"}, "is not in the form of Statuspage"),
        ({"/api/v2/summary.json": "http://localhost:1/elsewhere"}, "redirects to localhost:1"),
        ({"/api/v2/summary.json": "/api/v2/summary.json"}, "redirects too often"),
        ({"/api/v2/summary.json": b" " * (20 * 1024 * 1024 + 1)}, "is larger than 20 MB"),
    ],
)
def test_a_sentence_says_why_when_it_is_no_statuspage(actors, answers, sentence):
    page = actors.page()
    with statuspage(answers) as (url, _):
        assert sentence in refusal(actors.system, page, url)


def test_nothing_changes_when_the_page_has_no_room(actors, tmp_path):
    # Given a free page, and six components
    page = actors.page()
    rows = [{"id": f"c{n}", "name": f"Leaf {n}", "status": "operational"} for n in range(6)]
    (tmp_path / "six.json").write_text(json.dumps({"components": rows}))
    # When they are imported, then the limit is told and none of them is there
    assert "5" in refusal(actors.system, page, str(tmp_path / "six.json"))
    assert actors.visitor(page).json()["components"] == []
    # and a source that is neither a file nor an address is told as well
    assert "six.jsonx" in refusal(actors.system, page, str(tmp_path / "six.jsonx"))
    assert "https://" in refusal(actors.system, page, "ftp://status.example.com")
