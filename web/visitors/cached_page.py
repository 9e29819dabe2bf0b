"""A page as a process keeps it: its artifacts as ready answers, headers included.

What every answer says, whatever it is, the server adds (web/http/answer_headers.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import msgspec

from domain.badge import BadgeParts, with_label
from domain.page.logo import EXTENSIONS as LOGOS
from domain.store.redis.keys import server_of

Headers = list[tuple[bytes, bytes]]
Edition = tuple[bytes, bytes, bytes]  # the fields seq, day and build of a hash

# How long caches may keep what. Source: docs/behaviour.md, "Caching".
PAGE_CACHE = b"public, max-age=1, stale-if-error=86400"
BADGE_CACHE = b"public, max-age=30"
FOREVER = b"public, max-age=31536000, immutable"  # of what is named by its content
ENCODINGS = ("br", "gzip")
ETAG_BYTES = 12
ANSWER_BYTES = 1_000  # what an answer weighs beside its body: names, headers, tags
STALE = (b"x-hepstatus-copy", b"stale")  # something newer may have been said, and is not shown


@dataclass(frozen=True, slots=True)
class Kind:
    """The headers of an artifact: type, caching, whether other sites' scripts may read it, and its
    Content-Security-Policy where that is the same for all pages.
    """

    content_type: bytes
    cache: bytes = PAGE_CACHE
    is_open: bool = False
    is_encoded: bool = True
    policy: bytes = b""


HTML = Kind(b"text/html; charset=utf-8")
JSON = Kind(b"application/json", is_open=True)
# Opened by itself, an SVG is a document: nothing in it may run, load or ask.
SVG = Kind(b"image/svg+xml", BADGE_CACHE, is_open=True, policy=b"default-src 'none'; sandbox")
PNG = Kind(b"image/png", BADGE_CACHE, is_open=True, is_encoded=False)
PICTURE = Kind(b"image/png", is_open=True, is_encoded=False)


def logo(content_type: str) -> Kind:
    """Return the headers of a logo."""
    return Kind(content_type.encode(), FOREVER, is_encoded=False)


KINDS: Mapping[str, Kind] = {
    "index.html": HTML,
    "status.json": JSON,
    "status-version.json": JSON,
    "badge.svg": SVG,
    "badge.png": PNG,
    "og.png": PICTURE,
    "history": HTML,
}
# Families of artifacts: what a name begins with, and what must follow for it to be asked for.
FAMILIES: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"history/[0-9]{4}-(0[1-9]|1[0-2])"), HTML),
    (re.compile(r"incidents/i_[0-9a-z]{26}(/([2-9]|[1-9][0-9]))?"), HTML),
    (re.compile(r"badge/c_[0-9a-z]{26}\.svg"), SVG),
    *((re.compile(rf"logo/[0-9a-f]{{32}}\.{ext}"), logo(type_)) for type_, ext in LOGOS.items()),
)


def name_of(path: str) -> str | None:
    """Return the artifact that a path asks for; None if there can't be one."""
    name = path.removeprefix("/") or "index.html"
    return name if path != "/index.html" and kind_of(name) else None


def family_of(name: str) -> str:
    """Return what an artifact that can be asked for is counted as: one of a few."""
    return name if name in KINDS else name.partition("/")[0] + "/*"


def kind_of(name: str) -> Kind | None:
    """Return the headers of an artifact by its name."""
    if name in KINDS:
        return KINDS[name]
    return next((kind for pattern, kind in FAMILIES if pattern.fullmatch(name)), None)


EDITION = ("seq", "day", "build")
HOT_FIELDS: tuple[str, ...] = (
    *EDITION,
    "epoch",
    "meta",
    "gone",
    "csp",
    "badge.parts",
    "status-version.json",
    *(f"{n}{e}" for n in ("index.html", "status.json", "badge.svg") for e in ("", "|br", "|gzip")),
)


class Meta(msgspec.Struct, frozen=True, rename="camel"):
    """What decides whether a page is served, beside its bytes."""

    is_public: bool
    served_until: datetime | None
    version: str


HIDDEN = Meta(is_public=False, served_until=None, version="")


@dataclass(frozen=True, slots=True)
class Answer:
    """An artifact in one encoding with its headers, and those of the 304 that spares it."""

    body: bytes
    etag: bytes
    headers: Headers
    unchanged: Headers

    def labelled(self) -> "Answer":
        """Return the same bytes as what may be old, unless they are named by their content.

        The tag is another one: a cache that has the page and hears that it is unchanged would
        keep the label, or do without it, until the page changes.
        """
        if (b"cache-control", FOREVER) in self.unchanged:
            return self
        etag = self.etag[:-1] + b'-stale"'
        return Answer(
            self.body, etag, relabelled(self.headers, etag), relabelled(self.unchanged, etag)
        )


@dataclass(frozen=True, slots=True)
class PageCopy:
    """A page's answers by field name, and what they were made from.

    `server` names the Redis that the hash was written to; empty if an older build wrote it.
    """

    meta: Meta
    edition: Edition
    server: str
    policy: bytes
    answers: Mapping[str, Answer]
    parts: BadgeParts | None
    size: int

    @property
    def seq(self) -> int:
        """The seq up to which commands are shown."""
        return int(self.edition[0] or 0)

    def is_visible_at(self, at: datetime) -> bool:
        """Whether visitors may see the page at an instant.

        Source: docs/behaviour.md, "Visibility".
        """
        until = self.meta.served_until
        return self.meta.is_public and (until is None or at < until)

    def best(self, name: str, accepted: bytes) -> Answer | None:
        """Return a hot artifact in the best encoding that an Accept-Encoding header allows."""
        return best(self.answers, name, accepted)

    def badge(self, label: str) -> Answer | None:
        """Return the badge with another label, joined of parts that a worker made."""
        if self.parts is None:
            return self.answers.get("badge.svg")
        return answer(SVG, with_label(self.parts, label).encode(), None, {})


def best(answers: Mapping[str, Answer], name: str, accepted: bytes) -> Answer | None:
    """Return an artifact in the best encoding that an Accept-Encoding header allows."""
    for encoding in ENCODINGS:
        if f"{name}|{encoding}" in answers and accepts(accepted, encoding):
            return answers[f"{name}|{encoding}"]
    return answers.get(name)


def accepts(header: bytes, encoding: str) -> bool:
    """Tell whether an Accept-Encoding header names an encoding, other than to refuse it."""
    for part in header.decode("latin-1").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == encoding:
            return weight.replace(" ", "").rstrip("0") not in {"q=", "q=0."}
    return False


def page_copy(fields: Mapping[str, bytes]) -> PageCopy:
    """Make a copy of the fields of a page's hash; a tombstone is a page that nobody may see."""
    parts = fields.get("badge.parts")
    answers = answers_of(fields, fields.get("csp", b"default-src 'none'"))
    return PageCopy(
        meta=msgspec.json.decode(fields["meta"], type=Meta) if "meta" in fields else HIDDEN,
        edition=edition_of(fields),
        server=server_of(fields.get("epoch", b"")),
        policy=fields.get("csp", b"default-src 'none'"),
        answers=answers,
        parts=msgspec.json.decode(parts, type=BadgeParts) if parts else None,
        size=sum(map(len, fields.values())) + ANSWER_BYTES * len(answers),
    )


def relabelled(headers: Headers, etag: bytes) -> Headers:
    """Return headers with another tag, and with the label."""
    return [*((name, etag if name == b"etag" else value) for name, value in headers), STALE]


def answers_of(fields: Mapping[str, bytes], policy: bytes) -> dict[str, Answer]:
    """Return ready answers of those fields that are artifacts; documents get the policy."""
    found = {}
    for name, content in fields.items():
        artifact, _, encoding = name.partition("|")
        kind = kind_of(artifact)
        if kind:
            extra = {"content-security-policy": policy} if kind is HTML else {}
            found[name] = answer(kind, content, encoding or None, extra)
    return found


def edition_of(fields: Mapping[str, bytes]) -> Edition:
    """Return what a hash was made from."""
    seq, day, build = (fields.get(name, b"") for name in EDITION)
    return seq, day, build


def reason_of(fields: Mapping[str, bytes], name: str) -> str:
    """Return why an artifact can't be had; empty if nothing stands in its way."""
    return fields.get(f"{name}!", b"").decode()


def answer(kind: Kind, body: bytes, encoding: str | None, extra: Mapping[str, bytes]) -> Answer:
    """Make ready answers of an artifact's bytes."""
    etag = b'"' + blake2b(body, digest_size=ETAG_BYTES).hexdigest().encode() + b'"'
    shared = [(b"cache-control", kind.cache), (b"etag", etag)]
    shared += [(b"vary", b"Accept-Encoding")] if kind.is_encoded else []
    shared += [(b"access-control-allow-origin", b"*")] if kind.is_open else []
    own = [
        (b"content-type", kind.content_type),
        (b"content-length", str(len(body)).encode()),
        *((name.encode(), value) for name, value in extra.items()),
    ]
    own += [(b"content-security-policy", kind.policy)] if kind.policy else []
    own += [(b"content-encoding", encoding.encode())] if encoding else []
    return Answer(body, etag, own + shared, shared)
