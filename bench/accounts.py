"""Accounts for benches: what another process needs to know to speak for one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.client import encode_request
from tests.support.actors import PASSWORD, Actors

API = "/api/v1/status-api"


@dataclass(frozen=True, slots=True)
class Account:
    """A free account with one public page. `address` is whence its requests come, by the proxy."""

    port: int
    address: str
    email: str
    cookie: str
    page_id: str
    host: str
    secret: str
    leaves: tuple[str, ...]

    def monitor(self, path: str, body: Mapping[str, Any], **headers: str) -> bytes:
        """Return a write with the page's key."""
        raw = json.dumps(body, ensure_ascii=False).encode()
        named = {"Authorization": f"Bearer {self.secret}", "X_Forwarded_For": self.address}
        return encode_request("POST", f"{API}/{path}", raw, **named, **headers)

    def owner(self, method: str, path: str = "", body: Any = None, **headers: str) -> bytes:
        """Return a request of the owner; `path` is below the page's, or from the root."""
        full = path if path.startswith("/") else f"/api/v1/status/{self.page_id}/{path}".rstrip("/")
        raw = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        named = {"Cookie": self.cookie, "X_Forwarded_For": self.address}
        return encode_request(method, full, raw, **{**named, **headers})

    def visit(self, path: str = "/", **headers: str) -> bytes:
        """Return a visit to its page."""
        return encode_request("GET", path, host=self.host, X_Forwarded_For=self.address, **headers)

    def login(self, password: str = PASSWORD) -> bytes:
        """Return a login."""
        raw = json.dumps({"email": self.email, "password": password}).encode()
        named = {"X_Forwarded_For": self.address}
        return encode_request("POST", "/api/v1/auth/login", raw, **named)


def new_account(actors: Actors, address: str, leaves: int = 5) -> Account:
    """Sign up, and make a page with a key and components."""
    owner = actors.owner()
    page = owner.page()
    ids = tuple(page.leaf(f"Part {number}") for number in range(leaves))
    secret = page.key()["key"]
    cookie = owner.http.headers["Cookie"]
    return Account(owner.web.port, address, owner.email, cookie, page.id, page.host, secret, ids)
