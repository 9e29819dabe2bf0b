"""Conversion of our SVGs to PNG, without network or file access."""

import colorsys
import importlib
import unicodedata
from io import BytesIO
from itertools import groupby
from typing import Any, Final, NoReturn

_DPI: Final = 96
_TENTHS: Final = 10  # badges position their text in tenths of a pixel
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
_LEFT_TO_RIGHT: Final = frozenset({"L", "EN", "AN"})


class PngUnavailable(RuntimeError):  # noqa: N818 - a state, not an error
    """No PNG can be rendered on a machine without libcairo2."""


class OutsideReferenceError(ValueError):
    """An SVG that refers to the network or to a file."""


def svg_to_png(svg: str, scale: float = 2.0) -> bytes:
    """Return the picture as PNG, `scale` pixels per SVG pixel.

    Raises `PngUnavailable` without the system's libcairo2, `OutsideReferenceError` for an SVG that
    refers to a file or an address. The bytes depend on the fonts of this machine.
    """
    cairosvg = _cairosvg()
    # Not svg2png(): it takes no url_fetcher, and its own still reads data: URLs.
    tree = cairosvg.parser.Tree(bytestring=svg.encode(), unsafe=False, url_fetcher=_refuse)
    _typeset(tree, _pen(cairosvg.surface.cairo, scale))
    png = BytesIO()
    cairosvg.surface.PNGSurface(tree, png, dpi=_DPI, scale=scale).finish()
    return png.getvalue()


def in_visual_order(text: str) -> str:
    """Return the characters from left to right; Hebrew and Arabic runs are reversed."""
    kinds = [_direction(char) for char in text]
    for i, kind in enumerate(kinds):  # a neutral character joins the run around it
        if not kind and kinds[max(0, i - 1)] == _next_kind(kinds, i) == "R":
            kinds[i] = "R"
    ordered: list[str] = []
    for is_reversed, run in groupby(zip(kinds, text, strict=True), key=lambda pair: pair[0] == "R"):
        chars = [char for _kind, char in run]
        ordered += reversed(chars) if is_reversed else chars
    return "".join(ordered)


def _next_kind(kinds: list[str], start: int) -> str:
    return next((kind for kind in kinds[start:] if kind), "")


def _direction(char: str) -> str:
    bidirectional = unicodedata.bidirectional(char)
    if bidirectional in _RIGHT_TO_LEFT:
        return "R"
    return "L" if bidirectional in _LEFT_TO_RIGHT else ""


def _typeset(node: Any, pen: Any) -> None:  # noqa: ANN401 - the package has no types
    """Fix the layout of every text, as browsers do and CairoSVG does not."""
    # Antialiasing "for precision" leaves holes in CairoSVG's letters.
    node.pop("text-rendering", None)
    if "textLength" in node and node.text:
        node.text = in_visual_order(node.text)
        _fit(node, pen)
    for child in node.children:
        _typeset(child, pen)


def _fit(node: Any, pen: Any) -> None:  # noqa: ANN401 - CairoSVG is untyped
    """Scale a text to its `textLength`, in any substitute for Verdana."""
    pen.select_font_face(node["font-family"].split(",")[0])
    pen.set_font_size(float(node["font-size"]))
    advance = sum(pen.text_extents(letter)[4] for letter in node.text)
    gap = float(node["textLength"]) - advance
    node["letter-spacing"] = str(gap / max(1, len(node.text) - 1))


def _pen(cairo: Any, scale: float) -> Any:  # noqa: ANN401 - CairoSVG is untyped
    pen = cairo.Context(cairo.ImageSurface(cairo.FORMAT_ARGB32, 1, 1))
    pen.scale(scale / _TENTHS, scale / _TENTHS)
    return pen


def _cairosvg() -> Any:  # noqa: ANN401 - CairoSVG is untyped
    # Imported here: the import loads libcairo and raises OSError if that is missing.
    try:
        return importlib.import_module("cairosvg")
    except OSError as error:
        raise PngUnavailable("PNG badges need cairo: install libcairo2.") from error


def _refuse(url: str, resource_type: str) -> NoReturn:
    raise OutsideReferenceError(f"{resource_type} at {url}")


LEGIBLE = 4.5
STEPS = 100
SRGB_LINEAR = 0.04045  # below it, sRGB has no gamma


def ensure_contrast(accent: str, background: str) -> str:
    """Return `accent` (`#rrggbb`), adjusted to a contrast of 4.5 : 1 on `background`."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*channels(accent))
    towards = 1.0 if luminance(background) < 0.2 else 0.0  # noqa: PLR2004 - dark themes are below
    for step in range(STEPS + 1):
        candidate = lightness + (towards - lightness) * step / STEPS
        colour = format_hex(colorsys.hls_to_rgb(hue, candidate, saturation))
        if contrast(colour, background) >= LEGIBLE:
            return colour
    return format_hex((towards, towards, towards))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, 0 to 1."""
    red, green, blue = (linearize(part) for part in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linearize(part: float) -> float:
    """Return the linear value of one sRGB channel, without its gamma."""
    return part / 12.92 if part <= SRGB_LINEAR else ((part + 0.055) / 1.055) ** 2.4


def channels(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue of `#rrggbb`, each 0 to 1."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def format_hex(parts: tuple[float, float, float]) -> str:
    """Return channels as `#rrggbb`."""
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
