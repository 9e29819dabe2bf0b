"""Rendering of badges, in parts that any label completes."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from domain.runtime.badge import (
    FLAT,
    FLAT_SQUARE,
    PADDING,
    SLOTS,
    STYLES,
    TENTHS,
    BadgeParts,
    clean_text,
    needs_dark_text,
    split_at_slots,
)
from domain.runtime.text_width import badge_width

_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates"


class EmptyMessageError(ValueError):
    """A badge message without visible characters."""


def render_badge_parts(message: str, colour: str, label: str = "") -> BadgeParts:
    """Return the parts of a badge with its usual label; `colour` is `#rgb` or `#rrggbb`.

    `colour` is the background of the message. `render_with_label(parts, label)` builds the SVG, for
    the usual label and for any other. Raises `EmptyMessageError` and `HexColourError`.
    """
    text = clean_text(message)
    if not text:
        raise EmptyMessageError(message)
    return BadgeParts(
        labelled=_render_parts(FLAT, text, colour, labelled=True),
        bare=_render_parts(FLAT, text, colour, labelled=False),
        message_width=badge_width(text),
        square_labelled=_render_parts(FLAT_SQUARE, text, colour, labelled=True),
        square_bare=_render_parts(FLAT_SQUARE, text, colour, labelled=False),
        label=clean_text(label),
    )


def _render_parts(style: str, message: str, colour: str, *, labelled: bool) -> tuple[str, ...]:
    width = badge_width(message)
    drawing = _template(style).render(
        slot=SLOTS,
        labelled=labelled,
        message=message,
        message_length=TENTHS * width,
        right_width=width + 2 * PADDING,
        colour=colour,
        dark=needs_dark_text(colour),
    )
    return split_at_slots("".join(line.strip() for line in drawing.splitlines()))


@lru_cache(maxsize=len(STYLES))
def _template(style: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, autoescape=True
    )
    return environment.get_template(f"badge/{style}.svg.j2")
