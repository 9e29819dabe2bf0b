"""Errors on page hosts: a notice for people, the API's envelope for programs.

The base host uses the same rules to tell people from programs.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final

import falcon
import falcon.asgi
import msgspec
from falcon.util.mediatypes import best_match

from domain.runtime.notices import MARK, NoticeFrame, build_frame
from domain.runtime.template_loader import FOLDER, colours, environment
from web.visitors.cached_page import Headers


@dataclass(frozen=True, slots=True)
class Notice:
    """The words of a notice as HTML: its title element and its card."""

    title: str
    card: str


def read_notice(name: str) -> Notice:
    """Read a notice of templates/notice; the first line of its file is the title."""
    return Notice(*(FOLDER / "notice" / f"{name}.html").read_text("utf-8").split("\n", 1))


@cache
def default_frame() -> NoticeFrame:
    """Return the frame of the product itself, for the base and for unknown hosts."""
    env = environment({})
    style = env.get_template("notice/notice.css.j2").render(**colours(), mode="auto")
    html = env.get_template("notice/frame.html.j2").render(style=style, mark=MARK)
    return build_frame(html, style)


def write_notice(resp: falcon.asgi.Response, notice: Notice, status: int = 200) -> None:
    """Fill a response of the base host with a notice that no cache keeps."""
    resp.status = status
    resp.content_type = falcon.MEDIA_HTML
    resp.set_header("Cache-Control", "no-store")
    resp.set_header("Content-Security-Policy", default_frame().policy)
    resp.data = default_frame().fill(notice.title, notice.card)


API = "/api"
PROGRAMS = (API, "/internal")  # paths for programs only, whatever they accept
JSON, HTML = falcon.MEDIA_JSON, falcon.MEDIA_HTML.partition(";")[0]
# For a 404 on a page host: docs/behaviour.md, "Caching".
MISSING_CACHE: Final = b"public, max-age=1"


@dataclass(frozen=True, slots=True)
class ErrorContent:
    """An error in both of its forms; without a notice it is plain text."""

    code: str
    error: str
    notice: Notice | None = None


MISSING = ErrorContent("NOT_FOUND", "There is no status page here.", read_notice("missing"))
ABSENT = ErrorContent("NOT_FOUND", "There is nothing at this address.", read_notice("absent"))
READ_ONLY = ErrorContent(
    "METHOD_NOT_ALLOWED", "This address is read only: GET and HEAD.", read_notice("read_only")
)
UNAVAILABLE = ErrorContent(
    "UNAVAILABLE",
    "This page is being prepared. Please try again in a few seconds.",
    read_notice("unavailable"),
)


def is_under(root: str, path: str) -> bool:
    """Return whether a path is `root` or below it."""
    return f"{path}/".startswith(f"{root}/")


def choose_media_type(kinds: tuple[str, str], accept: str) -> str:
    """Return the preferred one of two media types; '' if neither is acceptable.

    An Accept header that cannot be parsed yields the first one.
    """
    try:
        return best_match(kinds, accept)
    except ValueError:
        return kinds[0]


def is_for_person(path: str, accept: str) -> bool:
    """Return whether a person asks the base host; clients without HTML are programs."""
    is_for_programs = any(is_under(root, path) for root in PROGRAMS)
    return not is_for_programs and choose_media_type((JSON, HTML), accept) == HTML


def is_for_program(path: str, accept: str) -> bool:
    """Return whether a program asks a page host; the default is a person.

    Where both types are acceptable, JSON wins if the path or the Accept header names it.
    """
    kinds = (JSON, HTML) if path.endswith(".json") or JSON in accept else (HTML, JSON)
    return is_under(API, path) or choose_media_type(kinds, accept or "*/*") == JSON


class CachePolicy(Enum):
    """The caching of an error; each value is its headers.

    nginx obeys X-Accel-Expires before Cache-Control, and does not pass it on.
    """

    NONE = ((b"cache-control", b"no-store"),)
    # The address showed a page before: caches replace it with the error.
    REPLACING = ((b"cache-control", MISSING_CACHE),)
    # The address never showed a page: our own cache does not store guessed addresses.
    GUESSED = ((b"x-accel-expires", b"0"), (b"cache-control", MISSING_CACHE))
    # A redirect that replaces the page of a removed domain; only our own cache stores it.
    OURS_ALONE = ((b"x-accel-expires", b"1"), (b"cache-control", b"no-store"))


def render_error(
    error: ErrorContent,
    path: str,
    accept: str,
    base_url: str,
    policy: CachePolicy = CachePolicy.NONE,
    frame: NoticeFrame | None = None,
) -> tuple[Headers, bytes]:
    """Return the headers and the body of an error; `frame` is that of the host's page.

    A cacheable answer is the same for every client: its form follows from the path alone.
    """
    headers, path = list(policy.value), path.lower()
    if is_for_program(path, "" if policy is CachePolicy.REPLACING else accept):
        body = encode_error(error, path, base_url)
        media_type = JSON
        headers.append((b"access-control-allow-origin", b"*"))
    elif error.notice is None:
        media_type, body = falcon.MEDIA_TEXT, f"{error.error}\n".encode()
    else:
        frame = frame or default_frame()
        media_type, body = falcon.MEDIA_HTML, frame.fill(error.notice.title, error.notice.card)
        headers.append((b"content-security-policy", frame.policy.encode()))
    headers += [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    return headers, body


def encode_error(error: ErrorContent, path: str, base_url: str) -> bytes:
    """Return an error in the API's envelope; API paths also get the API's address."""
    is_api_path = is_under(API, path) and error.code != UNAVAILABLE.code
    sentence = f"{error.error} The API is at {base_url}{API}." if is_api_path else error.error
    return msgspec.json.encode({"ok": False, "error": sentence, "code": error.code})
