"""A recording of answers that two states of the code must give alike.

`python -m bench.recording COMMIT` starts the code of COMMIT and that of the checkout, sends both
the same requests (each described call with its examples, and wrongly; public artifacts in several
ways; screens, documents, refusals) and prints where the answers differ. Ids, instants, secrets and
hashes are replaced first. It ends with 1 if there is a difference.
"""

import argparse
import difflib
import itertools
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.support.actors import Actors, Owner, Page
from tests.support.faults.history import code_of
from tests.support.stack import System
from web.routes import ROUTES

API = "/api/v1/"
NOBODY = "0" * 26
HEADERS = frozenset(
    [
        *("content-type", "cache-control", "vary", "location", "allow", "set-cookie", "etag"),
        *("content-encoding", "content-security-policy", "www-authenticate", "retry-after"),
        *("access-control-allow-origin", "referrer-policy", "permissions-policy"),
        "x-content-type-options",
    ]
)
MASKS = (
    (r"(?<![a-z0-9])([a-z])_[0-9a-hjkmnp-tv-z]{26}\b", r"<\1>"),
    (r"\bhyd_[a-z_]+_[\w-]+", "<key>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?", "<instant>"),
    (r"\d{1,2} \w{3} \d{4}, \d\d:\d\d", "<time>"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "<date>"),
    (r"\b\d\d:\d\d\b", "<clock>"),
    (r"sha256-[\w+/=]{44}", "<digest>"),
    (r"\b[0-9a-f]{16,64}(-stale)?\b", "<hash>"),
    (r"(hepstatus_\w+)=[\w-]+", r"\1=<token>"),
    (r"\b(ada|bo|page|new)-\d+-[0-9a-f]{8}\b", r"<\1>"),
    (r"127\.0\.0\.1|localhost:\d+", "<host>"),
    (r'("(?:p50|p99|p50Ms|p99Ms|count|took\w*)":)\s*[\d.]+', r"\1<figure>"),
)
PUBLIC = (
    "/", "/status.json", "/status-version.json", "/badge.svg", "/badge.svg?label=Acme",
    "/history", "/history/2020-01", "/history/2020-13", "/incidents/{iid}", "/nothing",
    "/incidents/i_" + NOBODY, "/badge/{cid}.svg", "/badge/c_" + NOBODY + ".svg", "/robots.txt",
    "/index.html", "/api/v1/status", "/healthz", "//", "/a/../status.json", "/%00",
)  # fmt: skip
DASHBOARD = "/dashboard"
SCREENS = (
    *(one.path.removeprefix(DASHBOARD) for one in ROUTES if one.path.startswith(DASHBOARD)),
    *("/pages/p_" + NOBODY, "/nothing"),
)
BASE = ("/", "/docs", "/readyz", "/nothing", "/static/x/dashboard.css", "/logo/nothing.png")
BODIES = (b"", b"[]", b"{", b'{"nothing": 1}', b"null", b'{"title": 5, "name": 5, "status": 5}')
ACCEPTED = ("text/html", "application/json", "*/*")


class Recorder:
    """Sends the requests to one system; a line an answer, its headers and its body."""

    def __init__(self, actors: Actors) -> None:
        self._actors = actors
        self._owner: Owner = actors.owner()
        self._page: Page = self._owner.page()
        leaf = self._page.leaf("API")
        monitor = actors.monitor(self._page)
        down = [{"component": leaf, "status": "degraded"}]
        opened = monitor.done(monitor.open("Slow answers", body="We *look*.", components=down))
        self._key = monitor.http.headers["Authorization"]
        self._names = {"page_id": self._page.id, "cid": leaf, "iid": opened["id"]}
        self._calls = actors.caller().get("/api/openapi.json").json()["paths"]

    def record(self) -> Iterator[str]:
        """Yield the recording."""
        yield from self._record_base()
        yield from self._record_public()
        yield from self._record_refusals()
        yield from self._record_examples()

    def _record_base(self) -> Iterator[str]:
        for path, accept in itertools.product(BASE, ACCEPTED):
            yield self._record("GET", path, {"Accept": accept})
        for path, cookie in itertools.product(SCREENS, ("", self._owner.http.headers["Cookie"])):
            headers = {"Cookie": cookie, "Accept": "text/html"}
            yield self._record("GET", f"{DASHBOARD}{path}", headers)

    def _record_public(self) -> Iterator[str]:
        host = {"Host": self._page.host}
        for path in PUBLIC:
            for accept in ACCEPTED:
                yield self._record("GET", path, {**host, "Accept": accept})
            for method in ("HEAD", "POST", "OPTIONS"):
                yield self._record(method, path, host)
        for coding in ("br", "gzip", "br;q=0, gzip", "identity"):
            yield self._record("GET", "/", {**host, "Accept-Encoding": coding})
        for other in ("nobody.localhost", "status.example.com", "..", "127.0.0.1"):
            yield self._record("GET", "/", {"Host": other})

    def _record_refusals(self) -> Iterator[str]:
        for path, methods in self._calls.items():
            for method, known in methods.items():
                here = self._path(known, path, NOBODY)
                yield self._record(method.upper(), here, {})
                yield self._record(method.upper(), here, self._credentials(known), BODIES[3])
                if "requestBody" in known:
                    there = self._path(known, path, None)
                    for body in BODIES:
                        yield self._record(method.upper(), there, self._credentials(known), body)
                else:
                    yield self._record("PUT", here, self._credentials(known))

    def _record_examples(self) -> Iterator[str]:
        wanted = ("get", "post", "patch")
        for path, methods in self._calls.items():
            for method, known in methods.items():
                if method in wanted and "/auth/" not in path:
                    content = known.get("requestBody", {}).get("content", {})
                    examples = content.get("application/json", {}).get("examples", {"": {}})
                    for example in examples.values():
                        body = json.dumps(example.get("value")).encode() if content else None
                        here = self._path(known, path, None)
                        yield self._record(method.upper(), here, self._credentials(known), body)

    def _path(self, known: Mapping[str, Any], path: str, other: str | None) -> str:
        """A described path; its ids are real where there are such things, else nobody's."""
        real = {"pageId": "page_id", "componentId": "cid", "incidentId": "iid"}

        def name(part: re.Match[str]) -> str:
            known_as = self._names.get(real.get(part[1], ""), "")
            is_real = known_as and (other is None or part[1] == "pageId")
            return known_as if is_real else f"x_{NOBODY}"

        return re.sub(r"\{(\w+)\}", name, path)

    def _credentials(self, known: Mapping[str, Any]) -> dict[str, str]:
        ways = {way for one in known.get("security", []) for way in one}
        if "key" in ways:
            return {"Authorization": self._key}
        return {"Cookie": self._owner.http.headers["Cookie"]} if ways else {}

    def _record(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> str:
        for name, value in self._names.items():
            path = path.replace(f"{{{name}}}", value)
        given = {"Content-Type": "application/json"} if body is not None else {}
        sent = {**given, **{name: value for name, value in headers.items() if value}}
        caller = self._actors.caller(sent.pop("Host", "localhost"))
        try:
            answer = caller.http.request(method, path, content=body, headers=sent)
        except httpx.HTTPError as error:
            return masked(f"=== {method} {path} {sent} {body!r}\n{type(error).__name__}\n")
        finally:
            caller.close()
        kept = sorted(f"{n}: {v}" for n, v in answer.headers.items() if n in HEADERS)
        # A tag to a line, so that a difference shows where it is.
        text = readable(answer).replace("><", ">\n<").replace(',"', ',\n"')
        head = f"=== {method} {path} {sent} {body!r}\n{answer.status_code}\n"
        return masked(head + "\n".join(kept) + "\n" + text + "\n")


def readable(answer: httpx.Response) -> str:
    """The body as text; the description of the API without its prose."""
    if answer.headers.get("content-type", "").startswith("image/png"):
        return f"{len(answer.content) > 0}"
    return answer.text


def masked(text: str) -> str:
    """Replace what differs from run to run."""
    for pattern, instead in MASKS:
        text = re.sub(pattern, instead, text)
    return text


def record(folder: Path, checkout: Path | None) -> list[str]:
    """Record the code of a folder; that of this checkout if none is named."""
    where = {"checkout": checkout} if checkout else {}
    with System(folder, **where) as system:  # type: ignore[arg-type]  # a path or nothing
        system.start_all()
        with Actors(system) as actors:
            return [line for told in Recorder(actors).record() for line in told.splitlines()]


def main() -> None:
    """Compare the checkout with a commit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit")
    commit = parser.parse_args().commit
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        before = record(folder / "one", code_of(commit, folder / "code"))
        after = record(folder / "two", None)
    count = sum(line.startswith("=== ") for line in after)
    differences = list(difflib.unified_diff(before, after, commit, "checkout", lineterm="", n=4))
    print("\n".join(differences))
    print(f"{count} answers, {len(differences)} lines of difference")
    sys.exit(bool(differences))


if __name__ == "__main__":
    main()
