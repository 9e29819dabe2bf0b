"""A cached page: its artifacts as prepared answers with headers.

The server adds the headers common to all answers (web/http/answer_headers.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import msgspec

from domain.page.logo import EXTENSIONS as LOGOS
from domain.runtime.badge import BadgeParts, render_with_label
from domain.store.redis.keys import server_of

Headers = list[tuple[bytes, bytes]]
Edition = tuple[bytes, bytes, bytes]  # the fields seq, day and build of a hash

# Cache lifetimes. Source: docs/behaviour.md, "Caching".
PAGE_CACHE = b"public, max-age=1, stale-if-error=86400"
BADGE_CACHE = b"public, max-age=30"
FOREVER = b"public, max-age=31536000, immutable"  # for names that contain a content hash
ENCODINGS = ("br", "gzip")
ETAG_BYTES = 12
ANSWER_BYTES = 1_000  # an answer's size beside its body: names, headers, etags
STALE = (b"x-hepstatus-copy", b"stale")  # newer content may exist that is not shown


@dataclass(frozen=True, slots=True)
class ArtifactKind:
    """The headers of an artifact: type, caching, CORS and compression.

    `policy` is its Content-Security-Policy if all pages have the same one.
    """

    content_type: bytes
    cache: bytes = PAGE_CACHE
    is_open: bool = False
    is_encoded: bool = True
    policy: bytes = b""


HTML = ArtifactKind(b"text/html; charset=utf-8")
JSON = ArtifactKind(b"application/json", is_open=True)
# An SVG opened directly is a document: it may not run scripts or load resources.
SVG = ArtifactKind(
    b"image/svg+xml", BADGE_CACHE, is_open=True, policy=b"default-src 'none'; sandbox"
)
PNG = ArtifactKind(b"image/png", BADGE_CACHE, is_open=True, is_encoded=False)
PICTURE = ArtifactKind(b"image/png", is_open=True, is_encoded=False)


def logo_kind(content_type: str) -> ArtifactKind:
    """Return the headers of a logo."""
    return ArtifactKind(content_type.encode(), FOREVER, is_encoded=False)


KINDS: Mapping[str, ArtifactKind] = {
    "index.html": HTML,
    "status.json": JSON,
    "status-version.json": JSON,
    "badge.svg": SVG,
    "badge.png": PNG,
    "og.png": PICTURE,
    "history": HTML,
}
# Families of artifacts: the pattern of valid names, and their headers.
FAMILIES: tuple[tuple[re.Pattern[str], ArtifactKind], ...] = (
    (re.compile(r"history/[0-9]{4}-(0[1-9]|1[0-2])"), HTML),
    (re.compile(r"incidents/i_[0-9a-z]{26}(/([2-9]|[1-9][0-9]))?"), HTML),
    (re.compile(r"badge/c_[0-9a-z]{26}\.svg"), SVG),
    *(
        (re.compile(rf"logo/[0-9a-f]{{32}}\.{ext}"), logo_kind(type_))
        for type_, ext in LOGOS.items()
    ),
)


def name_of(path: str) -> str | None:
    """Return the artifact name of a path; None if there can't be one."""
    name = path.removeprefix("/") or "index.html"
    return name if path != "/index.html" and kind_of(name) else None


def family_of(name: str) -> str:
    """Return the metric label of an artifact, one of a few."""
    return name if name in KINDS else name.partition("/")[0] + "/*"


def kind_of(name: str) -> ArtifactKind | None:
    """Return the headers of an artifact by its name."""
    if name in KINDS:
        return KINDS[name]
    return next((kind for pattern, kind in FAMILIES if pattern.fullmatch(name)), None)


EDITION = ("seq", "day", "build")
EAGER_FIELDS: tuple[str, ...] = (
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
    """The visibility of a page, and its version."""

    is_public: bool
    served_until: datetime | None
    version: str


HIDDEN = Meta(is_public=False, served_until=None, version="")


@dataclass(frozen=True, slots=True)
class Answer:
    """An artifact in one encoding with its headers, and the headers of its 304."""

    body: bytes
    etag: bytes
    headers: Headers
    unchanged: Headers

    def with_stale_label(self) -> "Answer":
        """Return the same bytes labelled stale, unless they are named by their content.

        The etag differs: a cache that holds the page would otherwise keep its label, or its lack of
        one, on a 304 until the page changes.
        """
        if (b"cache-control", FOREVER) in self.unchanged:
            return self
        etag = self.etag[:-1] + b'-stale"'
        return Answer(
            self.body,
            etag,
            add_stale_label(self.headers, etag),
            add_stale_label(self.unchanged, etag),
        )


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page's answers by field name, and the edition of its source.

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
        """The seq of the last command shown."""
        return int(self.edition[0] or 0)

    def is_visible_at(self, at: datetime) -> bool:
        """Return whether visitors may see the page at an instant.

        Source: docs/behaviour.md, "Visibility".
        """
        until = self.meta.served_until
        return self.meta.is_public and (until is None or at < until)

    def choose_encoding(self, name: str, accepted: bytes) -> Answer | None:
        """Return an eager artifact in the best encoding that Accept-Encoding allows."""
        return choose_encoding(self.answers, name, accepted)

    def badge(self, label: str) -> Answer | None:
        """Return the badge with another label, joined from parts that a worker rendered."""
        if self.parts is None:
            return self.answers.get("badge.svg")
        return build_answer(SVG, render_with_label(self.parts, label).encode(), None, {})


def choose_encoding(answers: Mapping[str, Answer], name: str, accepted: bytes) -> Answer | None:
    """Return an artifact in the best encoding that Accept-Encoding allows."""
    for encoding in ENCODINGS:
        if f"{name}|{encoding}" in answers and accepts_encoding(accepted, encoding):
            return answers[f"{name}|{encoding}"]
    return answers.get(name)


def accepts_encoding(header: bytes, encoding: str) -> bool:
    """Return whether an Accept-Encoding header accepts an encoding."""
    for part in header.decode("latin-1").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == encoding:
            return weight.replace(" ", "").rstrip("0") not in {"q=", "q=0."}
    return False


def build_cached_page(fields: Mapping[str, bytes]) -> CachedPage:
    """Build a cached page from a page's hash; a tombstone becomes a hidden page."""
    parts = fields.get("badge.parts")
    answers = answers_of(fields, fields.get("csp", b"default-src 'none'"))
    return CachedPage(
        meta=msgspec.json.decode(fields["meta"], type=Meta) if "meta" in fields else HIDDEN,
        edition=edition_of(fields),
        server=server_of(fields.get("epoch", b"")),
        policy=fields.get("csp", b"default-src 'none'"),
        answers=answers,
        parts=msgspec.json.decode(parts, type=BadgeParts) if parts else None,
        size=sum(map(len, fields.values())) + ANSWER_BYTES * len(answers),
    )


def add_stale_label(headers: Headers, etag: bytes) -> Headers:
    """Return headers with another etag and the stale label."""
    return [*((name, etag if name == b"etag" else value) for name, value in headers), STALE]


def answers_of(fields: Mapping[str, bytes], policy: bytes) -> dict[str, Answer]:
    """Return answers of the fields that are artifacts; documents get the policy."""
    answers = {}
    for name, content in fields.items():
        artifact, _, encoding = name.partition("|")
        kind = kind_of(artifact)
        if kind:
            extra = {"content-security-policy": policy} if kind is HTML else {}
            answers[name] = build_answer(kind, content, encoding or None, extra)
    return answers


def edition_of(fields: Mapping[str, bytes]) -> Edition:
    """Return the edition of a hash: seq, day and build."""
    seq, day, build = (fields.get(name, b"") for name in EDITION)
    return seq, day, build


def reason_of(fields: Mapping[str, bytes], name: str) -> str:
    """Return why an artifact is unavailable; empty without a reason."""
    return fields.get(f"{name}!", b"").decode()


def build_answer(
    kind: ArtifactKind, body: bytes, encoding: str | None, extra: Mapping[str, bytes]
) -> Answer:
    """Build the answer of an artifact's bytes."""
    etag = b'"' + blake2b(body, digest_size=ETAG_BYTES).hexdigest().encode() + b'"'
    shared = [(b"cache-control", kind.cache), (b"etag", etag)]
    shared += [(b"vary", b"Accept-Encoding")] if kind.is_encoded else []
    shared += [(b"access-control-allow-origin", b"*")] if kind.is_open else []
    headers = [
        (b"content-type", kind.content_type),
        (b"content-length", str(len(body)).encode()),
        *((name.encode(), value) for name, value in extra.items()),
    ]
    headers += [(b"content-security-policy", kind.policy)] if kind.policy else []
    headers += [(b"content-encoding", encoding.encode())] if encoding else []
    return Answer(body, etag, headers + shared, shared)
