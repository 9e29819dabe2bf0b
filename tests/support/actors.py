"""The cast: Ada (owner), Bo (another owner), Mon (a monitor with a key), Vi (a visitor).

They speak HTTP only. Names under localhost are not resolved here, so everybody connects to
127.0.0.1 and says by `Host` whom they mean.
"""

import itertools
import secrets
from contextlib import ExitStack
from typing import Any, Self

import httpx

from tests.support.stack import System, Web, wait_until

_numbers = itertools.count(1)
PASSWORD = "correct horse battery"
ASYNC = {"Prefer": "respond-async"}


def unique(word: str) -> str:
    """Return a word that nobody else uses."""
    return f"{word}-{next(_numbers)}-{secrets.token_hex(4)}"


class Caller:
    """Somebody who speaks HTTP to one web process and one host."""

    def __init__(self, web: Web, host: str = "localhost", **headers: str) -> None:
        self.web = web
        self.host = host
        self.http = httpx.Client(
            base_url=web.url,
            headers={"Host": host, **headers},
            timeout=15,
            follow_redirects=False,
            verify=False,  # no TLS here: reading the authorities' certificates takes 40 ms a client
        )

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.http.get(path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.http.post(path, json=body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.http.patch(path, json=body, **more)

    def delete(self, path: str, **more: Any) -> httpx.Response:
        return self.http.delete(path, **more)

    def done(self, answer: httpx.Response, status: int = 201) -> dict[str, Any]:
        """The data of a write that prepares a test, once it is published: a busy machine may take
        longer than an answer waits.
        """
        assert answer.status_code in {status, 202}, answer.text
        if answer.status_code == 202:
            receipt = answer.headers["location"]
            wait_until(lambda: self.get(receipt).json()["data"]["state"] == "published", receipt)
        return answer.json()["data"]

    def close(self) -> None:
        self.http.close()


class Owner(Caller):
    """An owner with an account of her own, logged in by the real cookie."""

    def __init__(self, web: Web, name: str) -> None:
        super().__init__(web)
        self.email = f"{unique(name)}@example.com"
        body = {"email": self.email, "password": PASSWORD}
        answer = self.post("/api/v1/auth/signup", body)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["data"]["id"]
        # Tests speak plain HTTP to 127.0.0.1; the cookie jar would ask for the host's name.
        self.http.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]

    def page(self, name: str = "Acme", *, is_public: bool = True) -> "Page":
        """Make a page on a subdomain of its own."""
        subdomain = unique("page")
        answer = self.post("/api/v1/status", {"name": name, "subdomain": subdomain})
        page = Page(self, self.done(answer)["id"], f"{subdomain}.localhost")
        if is_public:
            self.done(self.patch(page.path, {"isPublic": True}), 200)
        return page


class Page:
    """A page of an owner, with shorthands for what tests need of it."""

    def __init__(self, owner: Owner, page_id: str, host: str) -> None:
        self.owner = owner
        self.id = page_id
        self.host = host
        self.path = f"/api/v1/status/{page_id}"

    def preview(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Preview a write; once more while a busy worker has no time for it."""
        answers: list[httpx.Response] = []

        def is_made() -> bool:
            answers.append(self.owner.post(f"{self.path}/preview/{path}".rstrip("/"), body))
            return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

        wait_until(is_made, "a preview is made")
        return answers[-1]

    def leaf(self, name: str, **more: Any) -> str:
        """Add a component; return its id."""
        answer = self.owner.post(f"{self.path}/components", {"name": name, **more})
        return self.owner.done(answer)["id"]

    def incident(self, **more: Any) -> str:
        """Open an incident, an outage of the API unless told otherwise; return its path."""
        outage = [{"component": "API", "status": "outage"}]
        body = {"title": "Down", "body": "We look.", "components": outage, **more}
        made = self.owner.done(self.owner.post(f"{self.path}/incidents", body))
        return f"{self.path}/incidents/{made['id']}"

    def template(self, title: str, **more: Any) -> str:
        """Keep a template; return its id."""
        answer = self.owner.post(f"{self.path}/templates", {"title": title, **more})
        return self.owner.done(answer)["id"]

    def key(self, name: str = "monitor") -> dict[str, str]:
        """Make a key; return its id, name and secret."""
        return self.owner.done(self.owner.post(f"{self.path}/keys", {"name": name}))


class Monitor(Caller):
    """A monitor with a page's key."""

    def __init__(self, web: Web, secret: str) -> None:
        super().__init__(web, Authorization=f"Bearer {secret}")

    def open(self, title: str = "Trouble", **more: Any) -> httpx.Response:
        return self.post("/api/v1/status-api/incidents", {"title": title, **more})

    def update(self, incident_id: str, state: str, **more: Any) -> httpx.Response:
        path = f"/api/v1/status-api/incidents/{incident_id}/updates"
        return self.post(path, {"state": state, **more})

    def toggle(self, component: str, status: str, **more: Any) -> httpx.Response:
        path = f"/api/v1/status-api/components/{component}/status"
        return self.post(path, {"status": status}, **more)

    def status(self) -> dict[str, Any]:
        return self.get("/api/v1/status-api/status").json()["data"]


class Visitor(Caller):
    """A visitor of a page's host."""

    def json(self) -> dict[str, Any]:
        """What status.json says."""
        answer = self.get("/status.json")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def statuses(self) -> dict[str, str]:
        """What every leaf shows, by name."""
        return {leaf["name"]: leaf["status"] for leaf in self.json()["components"]}

    def wait_for(self, condition: Any, what: str, limit_s: float = 10) -> None:
        """Look until status.json is as expected; a 503 meanwhile is no failure."""

        def holds() -> bool:
            answer = self.get("/status.json")
            return answer.status_code == 200 and bool(condition(answer.json()))

        wait_until(holds, what, limit_s)


class Actors:
    """Makes the cast of one test, and sends it home."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._exits = ExitStack()

    def owner(self, name: str = "ada", web: int = 0) -> Owner:
        return self._kept(Owner(self.system.webs[web], name))

    def monitor(self, page: Page, web: int = 0) -> Monitor:
        return self._kept(Monitor(self.system.webs[web], page.key()["key"]))

    def visitor(self, page: Page, web: int = 0) -> Visitor:
        return self._kept(Visitor(self.system.webs[web], page.host))

    def caller(self, host: str = "localhost", web: int = 0, **headers: str) -> Caller:
        return self._kept(Caller(self.system.webs[web], host, **headers))

    def page(self, *leaves: str) -> Page:
        """A public page of a new Ada with these leaves."""
        page = self.owner().page()
        for leaf in leaves[:-1]:  # who waits for the last one has waited for all
            answer = page.owner.post(f"{page.path}/components", {"name": leaf}, headers=ASYNC)
            assert answer.status_code == 202, answer.text
        for leaf in leaves[-1:]:
            page.leaf(leaf)
        return page

    def _kept(self, caller: Any) -> Any:
        self._exits.callback(caller.close)
        return caller

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._exits.close()
