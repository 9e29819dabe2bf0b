"""The registry of artifacts: all that visitors can ask a page for, one row each.

Source: docs/behaviour.md, "Public endpoints" and "Caching". Web sends what a row says, workers
render it by the row's name. Header values are bytes, as the server takes them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from domain.page.logo import BYTES_MAX, EXTENSIONS

KIB: Final = 1024
MIB: Final = 1024 * KIB
ENCODINGS: Final = ("br", "gzip")
EDITION: Final = ("seq", "day", "build")  # the fields that say what a hash was made from

HTML: Final = b"text/html; charset=utf-8"
JSON: Final = b"application/json"
SVG: Final = b"image/svg+xml"
PNG: Final = b"image/png"
ICO: Final = b"image/x-icon"
TEXT: Final = b"text/plain; charset=utf-8"
ATOM: Final = b"application/atom+xml; charset=utf-8"
RSS: Final = b"application/rss+xml; charset=utf-8"
JSON_FEED: Final = b"application/feed+json"
CALENDAR: Final = b"text/calendar; charset=utf-8"
TEXTS: Final = frozenset(
    {HTML, JSON, SVG, ATOM, RSS, JSON_FEED, CALENDAR}
)  # what an encoding shortens
PAGE_CACHE: Final = b"public, max-age=1, stale-if-error=86400"
BADGE_CACHE: Final = b"public, max-age=30"
FOREVER: Final = b"public, max-age=31536000, immutable"  # for names that contain a content hash
# An SVG opened directly is a document: it may not run scripts or load resources.
SVG_POLICY: Final = b"default-src 'none'; sandbox"
# Any site may frame it. What it may load says its own <meta>, beside the style and script.
EMBED_POLICY: Final = b"base-uri 'none'; form-action 'none'; frame-ancestors *"
THEMES: Final = ("dark", "light")
ID: Final = "[0-9a-z]{26}"


def encoded_name(name: str, encoding: str) -> str:
    """Return the field of an artifact in an encoding."""
    return f"{name}|{encoding}"


def themed_name(theme: str) -> str:
    """Return the name of the embed in a theme."""
    return f"embed.{theme}"


def reason_name(name: str) -> str:
    """Return the field with the reason why an artifact can't be made."""
    return f"{name}!"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """An artifact, or a family of them: its name ends in `*`, its members match `pattern`.

    `companions` are fields that are rendered and kept together with it. `max_bytes` and
    `packed_bytes` bound it for the largest page, plain and encoded. HTML without a
    policy has its page's. An artifact without an address is read by web, for variants of another.
    """

    name: str
    content_type: bytes
    pattern: str = ""
    has_address: bool = True
    is_eager: bool = False  # rendered at every publication, else at the first request
    cache: bytes = PAGE_CACHE
    encodings: tuple[str, ...] = ENCODINGS
    is_open: bool = False  # for scripts of any site
    policy: bytes = b""
    companions: tuple[str, ...] = ()
    max_bytes: int = 16 * KIB
    packed_bytes: int | None = None  # as `max_bytes`

    @property
    def is_varying(self) -> bool:
        """Whether its bytes depend on Accept-Encoding."""
        return self.content_type in TEXTS

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of a page's hash that hold it."""
        encoded = (encoded_name(self.name, encoding) for encoding in self.encodings)
        return (self.name, *encoded, *self.companions)


INDEX: Final = Artifact(
    name="index.html",
    content_type=HTML,
    is_eager=True,
    companions=("csp", "notice"),  # web joins the frame of notices with their words
    # The cost of a visit and of a publication of the largest page.
    max_bytes=4 * MIB,
    packed_bytes=1 * MIB,
)
BADGE: Final = Artifact(
    name="badge.svg",
    content_type=SVG,
    is_eager=True,
    cache=BADGE_CACHE,
    is_open=True,
    policy=SVG_POLICY,
    companions=("badge.parts",),  # web joins them with another label, in another style
)
EMBED: Final = Artifact(
    name="embed",
    content_type=HTML,
    policy=EMBED_POLICY,
    max_bytes=5 * KIB,  # below 4 KiB, unless name and headline are full of ampersands
)
ARTIFACTS: Final = (
    INDEX,
    Artifact(
        name="status.json",
        content_type=JSON,
        is_eager=True,
        is_open=True,
        max_bytes=10 * MIB,  # 2,000 leaves with their groups, 50,000 ids of leaves in plans
        packed_bytes=2 * MIB,
    ),
    Artifact(
        name="status-version.json",
        content_type=JSON,
        is_eager=True,
        is_open=True,
        encodings=(),  # too short to be worth compressing
    ),
    BADGE,
    Artifact(
        name="badge.png",
        content_type=PNG,
        cache=BADGE_CACHE,
        encodings=(),
        is_open=True,
    ),
    Artifact(
        name="badge.json",
        content_type=JSON,
        cache=BADGE_CACHE,
        encodings=(),  # too short to be worth compressing
        is_open=True,
    ),
    Artifact(
        name="og.png",
        content_type=PNG,
        encodings=(),
        is_open=True,
        max_bytes=64 * KIB,
    ),
    Artifact(name="favicon.svg", content_type=SVG, policy=SVG_POLICY),
    Artifact(name="favicon.ico", content_type=ICO, encodings=()),
    Artifact(
        name="robots.txt",
        content_type=TEXT,
        encodings=(),  # too short to be worth compressing
    ),
    Artifact(
        name="badge/*",
        pattern=rf"badge/c_{ID}(/uptime)?\.svg",
        content_type=SVG,
        cache=BADGE_CACHE,
        is_open=True,
        policy=SVG_POLICY,
    ),
    Artifact(
        name="badge/*",
        pattern=rf"badge/c_{ID}(/uptime)?\.json",
        content_type=JSON,
        cache=BADGE_CACHE,
        encodings=(),
        is_open=True,
    ),
    Artifact(
        name="badge/*",
        pattern=rf"badge/c_{ID}(/uptime)?\.parts",
        content_type=JSON,
        has_address=False,
        encodings=(),
    ),
    EMBED,
    *(replace(EMBED, name=themed_name(theme), has_address=False) for theme in THEMES),
    Artifact(
        name="history",
        content_type=HTML,
        max_bytes=1 * MIB,  # 200 cards, and messages as on `/`
    ),
    Artifact(
        name="history/*",
        pattern=r"history/[0-9]{4}-(0[1-9]|1[0-2])",
        content_type=HTML,
        max_bytes=1 * MIB,
    ),
    Artifact(
        name="incidents/*",
        pattern=rf"incidents/i_{ID}(/([2-9]|[1-9][0-9]))?",
        content_type=HTML,
        max_bytes=10 * MIB,  # 100 messages of 75 KB in HTML, and the chips of 2,000 leaves
    ),
    Artifact(
        name="api/v2/*",
        pattern=(
            r"api/v2/((summary|status|components|incidents(/unresolved)?"
            r"|scheduled-maintenances(/(upcoming|active))?)\.json)"
        ),
        content_type=JSON,
        is_open=True,
        max_bytes=8 * MIB,  # 2,500 components, two lists of incidents and 512 KB of messages
        packed_bytes=2 * MIB,
    ),
    *(
        Artifact(
            name=name,
            content_type=content_type,
            is_open=True,
            max_bytes=1 * MIB,  # 512 KB of messages, and the frames of 1,000 updates
        )
        for name, content_type in (
            ("history.atom", ATOM),
            ("history.rss", RSS),
            ("feed.json", JSON_FEED),
            ("calendar.ics", CALENDAR),
        )
    ),
    Artifact(
        name="llms.txt",
        content_type=TEXT,
        encodings=(),  # too short to be worth compressing
        is_open=True,
    ),
    *(
        Artifact(
            name="logo/*",
            pattern=rf"logo/[0-9a-f]{{32}}\.{extension}",
            content_type=content_type.encode(),
            cache=FOREVER,
            encodings=(),
            max_bytes=BYTES_MAX,
        )
        for content_type, extension in EXTENSIONS.items()
    ),
)
EAGER: Final = tuple(artifact for artifact in ARTIFACTS if artifact.is_eager)
BADGES: Final = frozenset({"badge.svg", "badge.json", "badge/*"})  # those with variants
BY_NAME: Final[Mapping[str, Artifact]] = {a.name: a for a in ARTIFACTS if not a.pattern}
FAMILIES: Final = tuple((re.compile(a.pattern), a) for a in ARTIFACTS if a.pattern)
# What a visit reads of a page at once.
EAGER_FIELDS: Final = (
    *EDITION,
    "epoch",
    "meta",
    "gone",
    "edited",
    *(field for artifact in EAGER for field in artifact.fields),
)


def find_artifact(name: str) -> Artifact | None:
    """Return the artifact or the family of a name; None without one."""
    family = (artifact for pattern, artifact in FAMILIES if pattern.fullmatch(name))
    return BY_NAME.get(name) or next(family, None)
