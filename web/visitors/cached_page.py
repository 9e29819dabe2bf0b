"""A cached page: its artifacts as prepared answers with headers.

The server adds the headers common to all answers (web/http/responses.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import msgspec

from domain.artifacts import (
    BADGE,
    EDITION,
    ENCODINGS,
    FOREVER,
    HTML,
    Artifact,
    encoded_name,
    find_artifact,
    reason_name,
)
from domain.runtime.badge import BadgeParts, render_with_label
from domain.store.redis.keys import server_of

Headers = list[tuple[bytes, bytes]]
Edition = tuple[bytes, bytes, bytes]  # the fields seq, day and build of a hash

ETAG_BYTES = 12
ANSWER_BYTES = 1_000  # an answer's size beside its body: names, headers, etags
STALE = (b"x-hepstatus-copy", b"stale")  # newer content may exist that is not shown


def name_of(path: str) -> str | None:
    """Return the artifact name of a path; None if there can't be one."""
    name = path.removeprefix("/") or "index.html"
    return name if path != "/index.html" and find_artifact(name) else None


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
            return self.answers.get(BADGE.name)
        return build_answer(BADGE, render_with_label(self.parts, label).encode(), "", BADGE.policy)


def choose_encoding(answers: Mapping[str, Answer], name: str, accepted: bytes) -> Answer | None:
    """Return an artifact in the best encoding that Accept-Encoding allows."""
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
        plain_name, _, encoding = name.partition("|")
        if artifact := find_artifact(plain_name):
            own_policy = policy if artifact.content_type == HTML else artifact.policy
            answers[name] = build_answer(artifact, content, encoding, own_policy)
    return answers


def edition_of(fields: Mapping[str, bytes]) -> Edition:
    """Return the edition of a hash: seq, day and build."""
    seq, day, build = (fields.get(name, b"") for name in EDITION)
    return seq, day, build


def reason_of(fields: Mapping[str, bytes], name: str) -> str:
    """Return why an artifact is unavailable; empty without a reason."""
    return fields.get(reason_name(name), b"").decode()


def build_answer(artifact: Artifact, body: bytes, encoding: str, policy: bytes) -> Answer:
    """Build the answer of an artifact's bytes; an empty encoding or policy is none."""
    etag = b'"' + blake2b(body, digest_size=ETAG_BYTES).hexdigest().encode() + b'"'
    shared = [(b"cache-control", artifact.cache), (b"etag", etag)]
    shared += [(b"vary", b"Accept-Encoding")] if artifact.is_varying else []
    shared += [(b"access-control-allow-origin", b"*")] if artifact.is_open else []
    headers = [
        (b"content-type", artifact.content_type),
        (b"content-length", str(len(body)).encode()),
    ]
    headers += [(b"content-security-policy", policy)] if policy else []
    headers += [(b"content-encoding", encoding.encode())] if encoding else []
    return Answer(body, etag, headers + shared, shared)
