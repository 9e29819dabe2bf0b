"""Reads of a Statuspage over HTTP, bounded in time and size."""

import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec
import urllib3

from ops.cli.statuspage.atom import read_feed
from ops.cli.statuspage.content import (
    ComponentRow,
    Content,
    IncidentRow,
    StatuspageError,
    decode_content,
    join_contents,
)

TIMEOUT: Final = urllib3.Timeout(connect=10, read=30)
BYTES_MAX: Final = 20 * 1024 * 1024
REDIRECTS_MAX: Final = 3
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
MANAGE_URL: Final = "https://api.statuspage.io/v1"
PAGE_SIZE: Final = 100
PAGES_MAX: Final = 1_000
PACE_S: Final = 1.0  # the manage API takes a request a second from a token
WAIT_S: Final = 60  # it counts by the minute
TOO_MANY: Final = frozenset({420, 429})
TRIES: Final = 3
PUBLIC: Final = ("summary", "incidents", "scheduled-maintenances")
FEED: Final = "history.atom"

Progress = Callable[[str], None]
Row = TypeVar("Row", ComponentRow, IncidentRow)


class StatuspageClient:
    """A client of one Statuspage."""

    def __init__(self, manage_url: str = MANAGE_URL) -> None:
        """Read the manage API at `manage_url`."""
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False)
        self._manage_url = manage_url.rstrip("/")

    def read_public(self, url: str, tell: Progress) -> Content:
        """Return the public content of the page at `url`. Raises StatuspageError."""
        base = check_url(url)
        parts = []
        for name in PUBLIC:
            tell(f"{name}.json")
            address = urljoin(base, f"api/v2/{name}.json")
            parts.append(decode_content(address, self.fetch(address)))
        tell(FEED)
        feed, notes = urljoin(base, FEED), tuple[str, ...]()
        try:
            parts.append(read_feed(feed, self.fetch(feed)))
        except StatuspageError as error:
            notes = (f"{error} Incidents before the newest 50 are missing.",)
        return msgspec.structs.replace(join_contents(*parts), notes=notes)

    def read_managed(self, page_id: str, key: str, tell: Progress) -> Content:
        """Return all components and incidents of a page. Raises StatuspageError."""
        headers = {"Authorization": f"OAuth {key}"}
        base = f"{self._manage_url}/pages/{page_id}"
        components = tuple(self._read_pages(f"{base}/components", headers, tell, ComponentRow))
        time.sleep(PACE_S)
        incidents = tuple(self._read_pages(f"{base}/incidents", headers, tell, IncidentRow))
        return Content(components=components, incidents=incidents)

    def _read_pages(
        self, url: str, headers: dict[str, str], tell: Progress, kind: type[Row]
    ) -> Iterator[Row]:
        for number in range(1, PAGES_MAX):
            tell(f"{url.rpartition('/')[2]}, page {number}")
            address = f"{url}?page={number}&limit={PAGE_SIZE}&per_page={PAGE_SIZE}"
            rows = decode_content(url, self.fetch(address, headers), list[kind])  # type: ignore[valid-type] # a variable
            yield from rows
            if len(rows) < PAGE_SIZE:
                return
            time.sleep(PACE_S)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> bytes:
        """Return the body at an address. Raises StatuspageError."""
        for _ in range(TRIES):
            answer = self._request(url, headers or {})
            if answer.status not in TOO_MANY:
                break
            time.sleep(wait_of(answer))
        if answer.status != 200:  # noqa: PLR2004 - as HTTP has it
            raise StatuspageError(f"{shown_address(url)} answers {answer.status}.")
        return read_body(url, answer)

    def _request(self, url: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        first_host = urlsplit(url).netloc
        for _ in range(REDIRECTS_MAX + 1):
            try:
                answer = self._pool.request(
                    "GET", url, headers=headers, redirect=False, preload_content=False
                )
            except urllib3.exceptions.HTTPError as error:
                message = f"{shown_address(url)} can't be reached: {type(error).__name__}."
                raise StatuspageError(message) from None
            location = answer.get_redirect_location()
            if not location:
                return answer
            url = urljoin(url, location)
            if urlsplit(url).netloc != first_host:
                message = f"{first_host} redirects to {urlsplit(url).netloc}: give that address."
                raise StatuspageError(message)
            check_url(url)
        raise StatuspageError(f"{first_host} redirects too often.")


def wait_of(answer: urllib3.BaseHTTPResponse) -> int:
    """Return the seconds after which to ask again, at most `WAIT_S`."""
    text = answer.headers.get("Retry-After", "")
    return min(int(text), WAIT_S) if text.isdecimal() else WAIT_S


def read_body(url: str, answer: urllib3.BaseHTTPResponse) -> bytes:
    """Return the body of an answer, decoded and bounded. Raises StatuspageError."""
    try:
        body = answer.read(BYTES_MAX + 1, decode_content=True)
    except urllib3.exceptions.HTTPError as error:
        message = f"{shown_address(url)} broke off: {type(error).__name__}."
        raise StatuspageError(message) from None
    finally:
        answer.release_conn()
    if len(body) > BYTES_MAX:
        raise StatuspageError(f"{shown_address(url)} is larger than {BYTES_MAX >> 20} MB.")
    return body


def check_url(url: str) -> str:
    """Return an address with a slash at its end. Raises StatuspageError unless it is https."""
    no_address = StatuspageError(f"{url} is neither a file nor an address with https://.")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise no_address from None
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or is_local):
        raise no_address
    return url if url.endswith("/") else f"{url}/"


def shown_address(url: str) -> str:
    """Return an address without its query."""
    return url.partition("?")[0]
