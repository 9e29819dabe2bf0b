"""Badges: of a page, of a component, of a component's uptime; picture, parts or JSON.

Source: docs/behaviour.md, "Badges".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from domain.runtime.badge import BadgeParts, clean_text, render_with_label
from domain.runtime.template_loader import colours, uptime_looks
from workers.render.badge import render_badge_parts
from workers.render.tree_view import NodeView
from workers.render.view import PageView

SCHEMA_VERSION: Final = 1  # of the endpoint badge of shields.io


@dataclass(frozen=True, slots=True)
class BadgeContent:
    """The content of a badge; `colour` is hex, `colour_name` is for the JSON."""

    label: str
    message: str
    colour: str
    colour_name: str

    @property
    def parts(self) -> BadgeParts:
        """The parts that any label completes. Raises EmptyMessageError."""
        return render_badge_parts(self.message, self.colour, self.label)


def page_badge(view: PageView) -> BadgeContent:
    """Return the page's name and headline."""
    return _status_badge(view.name, view.headline, view.tone)


def component_badge(node: NodeView) -> BadgeContent:
    """Return the name of a leaf or category, and its status."""
    return _status_badge(node.name, node.label, node.tone)


def uptime_badge(node: NodeView) -> BadgeContent:
    """Return the name of a leaf or category, and the percent of the page."""
    looks = uptime_looks()
    if node.uptime is None:
        unknown = looks["unknown"]
        return BadgeContent(node.name, unknown["message"], unknown["hex"], unknown["name"])
    step = next(step for step in looks["steps"] if node.uptime >= step["percent"])
    return BadgeContent(node.name, f"{node.uptime:.2f}%", step["hex"], step["name"])


def _status_badge(label: str, message: str, tone: str) -> BadgeContent:
    colour = colours()["light"][tone]
    return BadgeContent(label, message, colour, colour)


def encode_svg(content: BadgeContent) -> bytes:
    """Return the picture, flat and with its usual label."""
    return render_with_label(content.parts, content.label).encode()


def encode_parts(content: BadgeContent) -> bytes:
    """Return the parts that web joins with another label or in another style."""
    return msgspec.json.encode(content.parts)


def encode_json(content: BadgeContent) -> bytes:
    """Return the badge for shields.io, which refuses any further key."""
    return msgspec.json.encode(
        {
            "schemaVersion": SCHEMA_VERSION,
            "label": clean_text(content.label),
            "message": clean_text(content.message),
            "color": content.colour_name,
        }
    )


ENCODERS: Final[Mapping[str, Callable[[BadgeContent], bytes]]] = {
    "svg": encode_svg,
    "parts": encode_parts,
    "json": encode_json,
}
