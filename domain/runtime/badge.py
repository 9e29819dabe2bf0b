"""Badge parts: rendered once by a worker and completed with any label, in either style.

Geometry after the styles flat and flat-square of shields.io (badge-maker 3.3.1,
`badge-renderers.js`): padding of 5 pixels, text placed in tenths of a pixel, the label one pixel
right and the message one pixel left of its middle. Text is dark above a brightness of 0.69.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from itertools import cycle
from typing import Final

from domain.runtime.text_width import badge_width

MAX_CHARACTERS: Final = 100
_INPUT_MAX: Final = 1000  # characters; the rest of a longer text is ignored
_ELLIPSIS: Final = "…"
_JOINERS: Final = "\u200c\u200d"  # Persian spelling and composed emoji need them
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs"})  # controls of every kind, bidi and tags included
_INVISIBLE: Final = _DROPPED | {"Me", "Mn"}
_NONCHARACTER: Final = 0xFFFE  # the last two of every plane; XML allows neither in the first

_MARK: Final = "\0"  # not part of any cleaned text
SLOTS: Final[Mapping[str, str]] = {
    name: f"{_MARK}{name}{_MARK}"
    for name in ("id", "width", "left_width", "label", "label_x", "label_length", "message_x")
}

FLAT: Final = "flat"
FLAT_SQUARE: Final = "flat-square"
STYLES: Final = (FLAT, FLAT_SQUARE)

PADDING: Final = 5  # pixels left and right of a text
TENTHS: Final = 10  # texts are placed in tenths of a pixel
_BRIGHT: Final = 0.69
_SHORT: Final = 3  # "#f80" is short for "#ff8800"
_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")


class HexColourError(ValueError):
    """A colour that is neither `#rgb` nor `#rrggbb`."""


@dataclass(frozen=True, slots=True)
class BadgeParts:
    """A rendered badge without its label; plain strings and one number, for JSON.

    In each sequence, pieces of the SVG and names of slots alternate, starting with a piece. `label`
    is its usual label. Parts that an older build stored have no square style and no label.
    """

    labelled: tuple[str, ...]
    bare: tuple[str, ...]
    message_width: int
    square_labelled: tuple[str, ...] = ()
    square_bare: tuple[str, ...] = ()
    label: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether it has all styles and its usual label."""
        return bool(self.square_bare)

    def pieces(self, style: str, *, has_label: bool) -> tuple[str, ...]:
        """Return the pieces of a style, of the flat one if it is missing."""
        flat, square = (
            (self.labelled, self.square_labelled) if has_label else (self.bare, self.square_bare)
        )
        return (square if style == FLAT_SQUARE else flat) or flat


def split_at_slots(svg: str) -> tuple[str, ...]:
    """Split an SVG rendered with `SLOTS` into its pieces and slot names."""
    return tuple(svg.split(_MARK))


def clean_text(text: str) -> str:
    """Return one line of at most 100 characters, safe for XML.

    Control characters and overrides of direction are removed.
    """
    line = " ".join("".join(char for char in text[:_INPUT_MAX] if _is_allowed(char)).split())
    if len(line) > MAX_CHARACTERS:
        line = line[: MAX_CHARACTERS - 1].rstrip(_JOINERS + " ") + _ELLIPSIS
    return line if any(map(_is_visible, line)) else ""


def render_with_label(parts: BadgeParts, label: str, style: str = FLAT) -> str:
    """Return the badge as SVG in a style; an empty label omits the left part.

    The same arguments give the same bytes.
    """
    text = clean_text(label)
    pieces = parts.pieces(style, has_label=bool(text))
    return _fill(pieces, _slot_values(pieces, text, parts.message_width))


def needs_dark_text(background: str) -> bool:
    """Return whether white text is unreadable on this hex colour.

    Raises HexColourError.
    """
    if not _HEX.fullmatch(background):
        raise HexColourError(background)
    digits = background.removeprefix("#")
    if len(digits) == _SHORT:
        digits = "".join(2 * digit for digit in digits)
    red, green, blue = bytes.fromhex(digits)
    return round((red * 299 + green * 587 + blue * 114) / 255_000, 2) > _BRIGHT


def _is_allowed(char: str) -> bool:
    if char.isspace() or char in _JOINERS:
        return True
    noncharacter = ord(char) & _NONCHARACTER == _NONCHARACTER
    return not noncharacter and unicodedata.category(char) not in _DROPPED


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in _INVISIBLE


def _slot_values(pieces: Sequence[str], label: str, message_width: int) -> dict[str, str]:
    label_width = badge_width(label)
    left_width = label_width + 2 * PADDING if label else 0
    return {
        "id": _fingerprint(pieces, label),
        "width": str(left_width + message_width + 2 * PADDING),
        "left_width": str(left_width),
        "label": escape(label),
        "label_x": _middle(1, label_width),
        "label_length": str(TENTHS * label_width),
        "message_x": _middle(left_width - 1 if label else 0, message_width),
    }


def _middle(margin: int, width: int) -> str:
    """Return the anchor of a text in tenths of a pixel.

    The width is odd, so the half is a whole number.
    """
    return str(TENTHS * (margin + PADDING) + TENTHS * width // 2)


def _fingerprint(pieces: Sequence[str], label: str) -> str:
    """Return the prefix of ids, distinct for badges in one document."""
    return sha256(_MARK.join((label, *pieces)).encode()).hexdigest()[:8]


def _fill(pieces: Sequence[str], values: Mapping[str, str]) -> str:
    is_slot = cycle((False, True))
    return "".join(
        values[piece] if slot else piece for piece, slot in zip(pieces, is_slot, strict=False)
    )
