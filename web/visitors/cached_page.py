"""A cached page: each of its artifacts as an answer, with body and headers.

The headers that all answers have are added later, by web/http/responses.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import msgspec

from domain.artifacts import (
    EDITION,
    ENCODINGS,
    FOREVER,
    HTML,
    Artifact,
    encoded_name,
    find_artifact,
    reason_name,
)
from domain.runtime.badge import BadgeParts
from domain.runtime.notices import NoticeFrame
from domain.store.redis.keys import server_of

Headers = list[tuple[bytes, bytes]]
Edition = tuple[bytes, bytes, bytes]  # the hash's fields seq, day and build

ETAG_BYTES = 12
ANSWER_OVERHEAD_BYTES = 1_000  # of an answer in memory, besides its body: names, headers, etags
# The label of an answer that may be out of date. Of the document itself a script can read the
# second header only, and of an answer that it fetched, both.
STALE = [(b"x-hepstatus-copy", b"stale"), (b"server-timing", b"copy;desc=stale")]
# Scripts of any site may read the answer, and what they need to ask again.
FOR_ALL_SITES = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, X-Hepstatus-Copy"),
]
V2 = "/api/v2/"
DENY_ALL = b"default-src 'none'"  # the policy of a hash without one, such as a tombstone


def name_of(path: str) -> str | None:
    """Return the name of a path's artifact; None if the path has none.

    Paths below `/api/v2/` are compared without case.
    """
    name = path.removeprefix("/") or "index.html"
    if is_v2(path):
        name = name.lower()
    artifact = find_artifact(name)
    return name if path != "/index.html" and artifact and artifact.has_address else None


def is_v2(path: str) -> bool:
    """Return whether a path belongs to Statuspage v2 JSON, in any case.

    Source: docs/behaviour.md, "Statuspage v2 JSON".
    """
    return path.lower().startswith(V2)


class Meta(msgspec.Struct, frozen=True, rename="camel"):
    """The field `meta` of a page's hash: its visibility and version."""

    is_public: bool
    served_until: datetime | None
    version: str


HIDDEN = Meta(is_public=False, served_until=None, version="")


@dataclass(frozen=True, slots=True)
class Answer:
    """An artifact in one encoding: the parts of its answers 200 and 304.

    `headers` are those of the 200, `not_modified_headers` those of the 304.
    """

    body: bytes
    etag: bytes
    headers: Headers
    not_modified_headers: Headers

    def with_stale_label(self) -> "Answer":
        """Return the answer with the stale label; one that never changes stays as it is.

        The labelled answer has another etag. With the same one, a cache that holds the answer with
        or without the label would get a 304, and would not learn that the label came or went.
        """
        if (b"cache-control", FOREVER) in self.not_modified_headers:
            return self
        etag = self.etag[:-1] + b'-stale"'
        return Answer(
            self.body,
            etag,
            add_stale_label(self.headers, etag),
            add_stale_label(self.not_modified_headers, etag),
        )


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page's answers by field name, and the edition of its hash.

    `server` is the run id of the Redis server that the hash was written to, taken from its epoch;
    empty if an older build wrote the hash. `csp` is the Content-Security-Policy of its HTML.
    `notice_frame` is None in a hash of an older build. Nothing older than `edited_seq` may be
    served: an incident was edited or deleted.
    """

    meta: Meta
    edition: Edition
    server: str
    csp: bytes
    answers: Mapping[str, Answer]
    badge_parts: BadgeParts | None
    notice_frame: NoticeFrame | None
    size_bytes: int

    edited_seq: int = 0

    @property
    def seq(self) -> int:
        """The seq of the last command that the page shows."""
        return int(self.edition[0] or 0)

    def is_visible_at(self, at: datetime) -> bool:
        """Return whether visitors may see the page at a time.

        Source: docs/behaviour.md, "Visibility".
        """
        until = self.meta.served_until
        return self.meta.is_public and (until is None or at < until)

    def find_answer(self, name: str, accepted: bytes) -> Answer | None:
        """Return an eager artifact's answer in the best encoding that Accept-Encoding allows."""
        return find_answer(self.answers, name, accepted)


def find_answer(answers: Mapping[str, Answer], name: str, accepted: bytes) -> Answer | None:
    """Return an artifact's answer in the best encoding that Accept-Encoding allows.

    That is the plain one if no other fits; None without one.
    """
    for encoding in ENCODINGS:
        field = encoded_name(name, encoding)
        if field in answers and accepts_encoding(accepted, encoding):
            return answers[field]
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
    badge_parts, notice = fields.get("badge.parts"), fields.get("notice")
    csp = fields.get("csp", DENY_ALL)
    answers = answers_of(fields, csp)
    return CachedPage(
        meta=msgspec.json.decode(fields["meta"], type=Meta) if "meta" in fields else HIDDEN,
        edition=edition_of(fields),
        server=server_of(fields.get("epoch", b"")),
        csp=csp,
        answers=answers,
        badge_parts=msgspec.json.decode(badge_parts, type=BadgeParts) if badge_parts else None,
        notice_frame=msgspec.json.decode(notice, type=NoticeFrame) if notice else None,
        edited_seq=int(fields.get("edited", fields.get("seq", b"0"))),
        size_bytes=sum(map(len, fields.values())) + ANSWER_OVERHEAD_BYTES * len(answers),
    )


def add_stale_label(headers: Headers, etag: bytes) -> Headers:
    """Return headers with the given etag and the stale label."""
    return [*((name, etag if name == b"etag" else value) for name, value in headers), *STALE]


def answers_of(fields: Mapping[str, bytes], page_csp: bytes) -> dict[str, Answer]:
    """Return the answers of all artifacts; `page_csp` is for HTML without its own."""
    answers = {}
    for name, content in fields.items():
        plain_name, _, encoding = name.partition("|")
        if artifact := find_artifact(plain_name):
            csp = artifact.policy or (page_csp if artifact.content_type == HTML else b"")
            answers[name] = build_answer(artifact, content, encoding, csp)
    return answers


def edition_of(fields: Mapping[str, bytes]) -> Edition:
    """Return the edition of a hash: seq, day and build."""
    seq, day, build = (fields.get(name, b"") for name in EDITION)
    return seq, day, build


def unavailable_reason(fields: Mapping[str, bytes], name: str) -> str:
    """Return the sentence why an artifact can't be rendered; empty without one."""
    return fields.get(reason_name(name), b"").decode()


def build_answer(artifact: Artifact, body: bytes, encoding: str, csp: bytes) -> Answer:
    """Build an artifact's answer; an empty encoding or `csp` gets no header."""
    etag = b'"' + blake2b(body, digest_size=ETAG_BYTES).hexdigest().encode() + b'"'
    not_modified_headers = [(b"cache-control", artifact.cache), (b"etag", etag)]
    not_modified_headers += [(b"vary", b"Accept-Encoding")] if artifact.is_varying else []
    not_modified_headers += FOR_ALL_SITES if artifact.is_open else []
    headers = [
        (b"content-type", artifact.content_type),
        (b"content-length", str(len(body)).encode()),
    ]
    headers += [(b"content-security-policy", csp)] if csp else []
    headers += [(b"content-encoding", encoding.encode())] if encoding else []
    return Answer(body, etag, headers + not_modified_headers, not_modified_headers)
