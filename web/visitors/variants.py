"""Variants by query: the label and style of a badge, the theme of the embed.

No cache of this process holds a variant. It holds the source: an artifact without a query.
Source: docs/behaviour.md, "Badges" and "Embed".
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

import msgspec

from domain.artifacts import BADGE, BADGES, EMBED, THEMES, find_artifact, themed_name
from domain.runtime.badge import FLAT, STYLES, BadgeParts, clean_text, render_with_label
from web.visitors.cached_page import Answer, build_answer

PICTURE: Final = ".svg"


@dataclass(frozen=True, slots=True)
class Variant:
    """The changes that a query makes to the artifact `name`; None is as usual."""

    name: str
    label: str | None = None
    style: str | None = None
    theme: str | None = None

    @property
    def source(self) -> str:
        """The name of the artifact that its answer is made of."""
        if self.theme:
            return themed_name(self.theme)
        is_picture = self.name.endswith(PICTURE)
        return self.name.removesuffix(PICTURE) + ".parts" if is_picture else self.name

    def complete(self, stored: Answer) -> Answer:
        """Return the answer made of the source's."""
        if self.theme:
            return stored
        if not self.name.endswith(PICTURE):
            return self._fill_json(stored.body)
        return self.join_svg(msgspec.json.decode(stored.body, type=BadgeParts))

    def fits(self, parts: BadgeParts) -> bool:
        """Return whether the parts are enough; an older build stored no usual label."""
        return self.label is not None or parts.is_complete

    def join_svg(self, parts: BadgeParts) -> Answer:
        """Return the picture, joined from parts that a worker rendered."""
        label = parts.label if self.label is None else self.label
        svg = render_with_label(parts, label, self.style or FLAT)
        return build_answer(BADGE, svg.encode(), "", BADGE.policy)

    def _fill_json(self, stored: bytes) -> Answer:
        badge = msgspec.json.decode(stored, type=dict[str, str | int])
        badge |= {} if self.label is None else {"label": clean_text(self.label)}
        badge |= {} if self.style is None else {"style": self.style}
        artifact = find_artifact(self.name) or BADGE
        return build_answer(artifact, msgspec.json.encode(badge), "", artifact.policy)


def read_variant(name: str, query: bytes) -> Variant | None:
    """Return the variant that a query asks for; None if it changes nothing.

    The first of each name counts. A style or theme that is unknown counts as none.
    """
    artifact = find_artifact(name) if query else None
    if artifact is EMBED:
        theme = _choice(query, "theme", THEMES)
        return Variant(name, theme=theme) if theme else None
    if artifact is None or artifact.name not in BADGES:
        return None
    label, style = _first(query, "label"), _choice(query, "style", STYLES)
    return None if label is None and style is None else Variant(name, label, style)


def _choice(query: bytes, name: str, choices: tuple[str, ...]) -> str | None:
    value = _first(query, name)
    return value if value in choices else None


def _first(query: bytes, name: str) -> str | None:
    """Return the first value of a name; a name without `=` has none."""
    fields = "&".join(field for field in query.decode("latin-1").split("&") if "=" in field)
    return parse_qs(fields, keep_blank_values=True).get(name, [None])[0]
