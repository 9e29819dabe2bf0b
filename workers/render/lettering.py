"""Lettering: texts as outlines, shaped by Pango, or unshaped where Pango is missing.

Pango shapes every script that the installed fonts have. Without it only scripts that need no
shaping are drawn. A word that can't be drawn right is left out: no letter is ever wrong.
"""

import ctypes
import importlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol

Segment = tuple[int, tuple[float, ...]]

_COMMANDS: Final = "MLCZ"  # of SVG, in the order of cairo's kinds of segments
_PANGO_UNITS: Final = 1024
_BOLD: Final = 700
_ELLIPSIS: Final = "…"
# Blocks whose letters join, stack or change places; right-to-left ones are known by direction.
_SHAPED: Final = (
    range(0x0700, 0x10A0),
    range(0x1700, 0x18B0),
    range(0x1900, 0x1D00),
    range(0xA800, 0xAC00),
    range(0x10A00, 0x12000),
)
_LIBRARIES: Final = {
    "gobject": ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib"),
    "pango": ("libpango-1.0.so.0", "libpango-1.0.0.dylib"),
    "pangocairo": ("libpangocairo-1.0.so.0", "libpangocairo-1.0.0.dylib"),
}
# Functions that return pointers; the others return nothing or a number.
_POINTERS: Final = {
    "pango": ("pango_font_description_new", "pango_layout_get_line_readonly"),
    "pangocairo": ("pango_cairo_create_layout",),
}


@dataclass(frozen=True, slots=True)
class Font:
    """A font: families in the order of preference, and the size in pixels."""

    families: str
    size: float
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of a text that begins at the origin, on its base line."""

    width: float
    segments: tuple[Segment, ...] = ()

    def to_path(self, x: float, y: float, stretch: float, scale: float) -> str:
        """Return the data of an SVG path at `x`, `y`; `stretch` widens it, `scale` scales it."""
        return "".join(
            _COMMANDS[kind]
            + " ".join(
                f"{x + stretch * scale * point:.2f}" if is_x else f"{y + scale * point:.2f}"
                for is_x, point in zip(_alternate(points), points, strict=True)
            )
            for kind, points in self.segments
        )


class Pen(Protocol):
    """A way to draw text in one font."""

    def has_glyphs(self, word: str) -> bool:
        """Return whether the word can be drawn right."""
        ...

    def outline(self, text: str) -> Outline:
        """Return the outline of a text; all of its words can be drawn."""
        ...


def pen_of(font: Font) -> Pen:
    """Return the best pen that is installed. Raises OSError without libcairo2."""
    return PangoPen(font) if has_pango() else CairoPen(font)


def keep_drawable(text: str, font: Font) -> str:
    """Return the words of a text that can be drawn right. Raises OSError without libcairo2."""
    pen = pen_of(font)
    words = unicodedata.normalize("NFC", text).split()
    return " ".join(word for word in words if pen.has_glyphs(word))


def draw_text(text: str, font: Font, width: float | None = None) -> Outline:
    """Return the outline of a text, cut with an ellipsis if it is wider than `width`.

    Raises OSError without libcairo2.
    """
    pen, text = pen_of(font), keep_drawable(text, font)
    outline = pen.outline(text) if text else Outline(0)
    while width and outline.width > width and text:
        keep = min(len(text) - 1, int(len(text) * width / outline.width))
        text = text[:keep].rstrip()
        outline = pen.outline(text + _ELLIPSIS)
    return outline


def has_pango() -> bool:
    """Return whether Pango is installed."""
    try:
        _libraries()
    except OSError:
        return False
    return True


def is_simple(word: str) -> bool:
    """Return whether a word is drawn right without shaping."""
    return not any(
        unicodedata.bidirectional(char) in {"R", "AL", "AN"}
        or unicodedata.category(char)[0] == "M"
        or any(ord(char) in block for block in _SHAPED)
        for char in word
    )


def _alternate(points: Sequence[float]) -> list[bool]:
    return [index % 2 == 0 for index in range(len(points))]


def _context() -> Any:  # noqa: ANN401 - the package has no types
    # Without bounds: cairo drops the glyphs that are far outside of a surface.
    cairo = importlib.import_module("cairocffi")
    return cairo.Context(cairo.RecordingSurface(cairo.CONTENT_ALPHA, None))


def _path(context: Any) -> tuple[Segment, ...]:  # noqa: ANN401 - the package has no types
    return tuple((kind, tuple(points)) for kind, points in context.copy_path())


class CairoPen:
    """A pen that shapes nothing: one letter after the other, from left to right."""

    def __init__(self, font: Font) -> None:
        """Choose the font."""
        self._context = _context()
        self._context.select_font_face(font.families.split(",")[0], 0, int(font.is_bold))
        self._context.set_font_size(font.size)

    def has_glyphs(self, word: str) -> bool:
        """Return whether the font has all letters, and they need no shaping."""
        if not is_simple(word):
            return False
        font = self._context.get_scaled_font()
        return all(index for index, _x, _y in font.text_to_glyphs(0, 0, word, with_clusters=False))

    def outline(self, text: str) -> Outline:
        """Return the outline of a text."""
        self._context.new_path()
        self._context.move_to(0, 0)
        self._context.text_path(text)
        return Outline(self._context.text_extents(text)[4], _path(self._context))


@cache
def _libraries() -> dict[str, ctypes.CDLL]:
    """Return the libraries of Pango. Raises OSError if one is missing."""
    libraries = {name: _load(names) for name, names in _LIBRARIES.items()}
    for name, functions in _POINTERS.items():
        for function in functions:
            getattr(libraries[name], function).restype = ctypes.c_void_p
    return libraries


def _load(names: Sequence[str]) -> ctypes.CDLL:
    for name in names[:-1]:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return ctypes.CDLL(names[-1])


class PangoPen:
    """A pen that shapes: a layout of Pango on a cairo context of its own."""

    def __init__(self, font: Font) -> None:
        """Create the layout with its font."""
        self._context = _context()
        ffi = importlib.import_module("cairocffi").ffi
        pointer = self._context._pointer  # noqa: SLF001 - cairocffi's way to other C libraries
        self._cairo = ctypes.c_void_p(int(ffi.cast("uintptr_t", pointer)))
        self._libraries = _libraries()
        self._pango = self._libraries["pango"]
        layout = self._libraries["pangocairo"].pango_cairo_create_layout(self._cairo)
        self._layout = ctypes.c_void_p(layout)
        self._set_font(font)

    def __del__(self) -> None:
        """Free the layout."""
        self._libraries["gobject"].g_object_unref(self._layout)

    def _set_font(self, font: Font) -> None:
        description = ctypes.c_void_p(self._pango.pango_font_description_new())
        self._pango.pango_font_description_set_family(description, font.families.encode())
        size = ctypes.c_double(font.size * _PANGO_UNITS)
        self._pango.pango_font_description_set_absolute_size(description, size)
        if font.is_bold:
            self._pango.pango_font_description_set_weight(description, _BOLD)
        self._pango.pango_layout_set_font_description(self._layout, description)
        self._pango.pango_font_description_free(description)

    def _set_text(self, text: str) -> None:
        raw = text.encode()
        self._pango.pango_layout_set_text(self._layout, raw, len(raw))

    def has_glyphs(self, word: str) -> bool:
        """Return whether the installed fonts have all letters of a word."""
        self._set_text(word)
        return bool(self._pango.pango_layout_get_unknown_glyphs_count(self._layout) == 0)

    def outline(self, text: str) -> Outline:
        """Return the outline of a text."""
        self._set_text(text)
        width, height = ctypes.c_int(), ctypes.c_int()
        self._pango.pango_layout_get_size(self._layout, ctypes.byref(width), ctypes.byref(height))
        line = ctypes.c_void_p(self._pango.pango_layout_get_line_readonly(self._layout, 0))
        self._context.new_path()
        self._context.move_to(0, 0)
        self._libraries["pangocairo"].pango_cairo_layout_line_path(self._cairo, line)
        return Outline(width.value / _PANGO_UNITS, _path(self._context))
