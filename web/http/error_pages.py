"""What is said to who gets no page: a notice to people, the API's envelope to programs.

Who is which is told here for the base as well.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import falcon
import msgspec
from falcon.util.mediatypes import best_match

from web.http.notices import Notice, read_notice
from web.visitors.cached_page import Headers

API = "/api"
PROGRAMS = (API, "/internal")  # under these nobody reads, whatever they accept
JSON, HTML = falcon.MEDIA_JSON, falcon.MEDIA_HTML.partition(";")[0]
# Of a 404 on a page's host: docs/behaviour.md, "Caching".
MISSING_CACHE: Final = b"public, max-age=1"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal in both of its forms; without a notice it is a sentence as plain text."""

    code: str
    error: str
    notice: Notice | None = None


MISSING = Refused("NOT_FOUND", "There is no status page here.", read_notice("missing"))
ABSENT = Refused("NOT_FOUND", "There is nothing at this address.", read_notice("absent"))
READ_ONLY = Refused(
    "METHOD_NOT_ALLOWED", "This address is read only: GET and HEAD.", read_notice("read_only")
)
UNAVAILABLE = Refused(
    "UNAVAILABLE",
    "This page is being prepared. Please try again in a few seconds.",
    read_notice("unavailable"),
)


def is_under(root: str, path: str) -> bool:
    """Tell whether a path is `root`, or below it."""
    return f"{path}/".startswith(f"{root}/")


def preferred(kinds: tuple[str, str], accept: str) -> str:
    """Return which of two media types is preferred, the first where that is not to be understood;
    '' if neither is acceptable.
    """
    try:
        return best_match(kinds, accept)
    except ValueError:
        return kinds[0]


def is_read(path: str, accept: str) -> bool:
    """Tell whether a person asks the base for it: who says nothing of HTML is a program."""
    is_for_programs = any(is_under(root, path) for root in PROGRAMS)
    return not is_for_programs and preferred((JSON, HTML), accept) == HTML


def is_for_program(path: str, accept: str) -> bool:
    """Tell whether a program asks a page's host: who doesn't say, by path or Accept, is a person.

    Where both would do, JSON is preferred by whoever names it, in either of them.
    """
    kinds = (JSON, HTML) if path.endswith(".json") or JSON in accept else (HTML, JSON)
    return is_under(API, path) or preferred(kinds, accept or "*/*") == JSON


class Keeping(Enum):
    """What caches do with a refusal; the value: its headers.

    X-Accel-Expires is what nginx goes by, and keeps to itself: it comes before Cache-Control.
    """

    NONE = ((b"cache-control", b"no-store"),)
    # In place of a page that was shown under this address: no cache shows that one afterwards.
    REPLACING = ((b"cache-control", MISSING_CACHE),)
    # Nothing was ever shown there: guessed addresses push nothing out of our own cache.
    GUESSED = ((b"x-accel-expires", b"0"), (b"cache-control", MISSING_CACHE))
    # A redirect that no other cache may keep, in place of a page on a domain that left.
    OURS_ALONE = ((b"x-accel-expires", b"1"), (b"cache-control", b"no-store"))


def told(
    refused: Refused, path: str, accept: str, base_url: str, keeping: Keeping = Keeping.NONE
) -> tuple[Headers, bytes]:
    """Return what is sent of a refusal, and its headers.

    What caches keep is the same for everybody who asks: its form follows from the path alone.
    """
    own = list(keeping.value)
    if is_for_program(path, "" if keeping is Keeping.REPLACING else accept):
        body = envelope(refused, path, base_url)
        kind = JSON
        own.append((b"access-control-allow-origin", b"*"))
    elif refused.notice is None:
        kind, body = falcon.MEDIA_TEXT, f"{refused.error}\n".encode()
    else:
        kind, body = falcon.MEDIA_HTML, refused.notice.html
        own.append((b"content-security-policy", refused.notice.policy))
    own += [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    return own, body


def envelope(refused: Refused, path: str, base_url: str) -> bytes:
    """Return a refusal as the API says it; who looks for the API here is told where it is."""
    is_lost = is_under(API, path) and refused.code != UNAVAILABLE.code
    error = f"{refused.error} The API is at {base_url}{API}." if is_lost else refused.error
    return msgspec.json.encode({"ok": False, "error": error, "code": refused.code})
