"""Conversion of our SVGs to PNG, without network or file access."""

import colorsys
import importlib
from io import BytesIO
from typing import Any, Final, NoReturn

from workers.render.lettering import Font, draw_text, keep_drawable

_DPI: Final = 96
BADGE_FAMILIES: Final = "Verdana,Geneva,DejaVu Sans,sans-serif"  # as in templates/badge
BADGE_SIZE: Final = 110.0
_SMALLEST: Final = 0.6  # of its size: how far a long text is made smaller before it is cut
_STRETCH_MAX: Final = 1.15  # a font narrower than Verdana is widened so far, and then centred


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
    _typeset(tree)
    png = BytesIO()
    cairosvg.surface.PNGSurface(tree, png, dpi=_DPI, scale=scale).finish()
    return png.getvalue()


def drawable_text(text: str) -> str:
    """Return the words of a text that a badge can show as PNG. Raises `PngUnavailable`."""
    _cairosvg()
    return keep_drawable(text, Font(BADGE_FAMILIES, BADGE_SIZE))


def _typeset(node: Any) -> None:  # noqa: ANN401 - the package has no types
    """Replace every text by its outline: CairoSVG shapes no text and measures none."""
    # Antialiasing "for precision" leaves holes in letters.
    node.pop("text-rendering", None)
    if node.tag == "text":
        _replace_text(node)
    for child in node.children:
        _typeset(child)


def _replace_text(node: Any) -> None:  # noqa: ANN401 - the package has no types
    """Make a text a path: as wide as `textLength`, or `data-width` wide at most.

    A text of `data-width` is first made smaller, to a share of its size; then it is cut.
    """
    font = Font(node["font-family"], float(node["font-size"]), node.get("font-weight") == "bold")
    limit = float(node.get("data-width", 0)) or None
    outline = draw_text(node.text or "", font, limit and limit / _SMALLEST)
    scale = min(1.0, limit / outline.width) if limit and outline.width else 1.0
    length = float(node.get("textLength", 0)) or outline.width
    stretch = min(length / outline.width, _STRETCH_MAX) if outline.width else 1.0
    shift = outline.width * stretch * scale / 2 if node.get("text-anchor") == "middle" else 0
    path = outline.to_path(float(node["x"]) - shift, float(node["y"]), stretch, scale)
    node.tag, node.text, node.children = "path", None, ()
    node["d"] = path


def _cairosvg() -> Any:  # noqa: ANN401 - CairoSVG is untyped
    # Imported here: the import loads libcairo and raises OSError if that is missing.
    try:
        return importlib.import_module("cairosvg")
    except OSError as error:
        raise PngUnavailable("PNG badges need cairo: install libcairo2.") from error


def _refuse(url: str, resource_type: str) -> NoReturn:
    raise OutsideReferenceError(f"{resource_type} at {url}")


LEGIBLE = 4.5
INKS = ("#ffffff", "#131820", "#000000")  # on any colour one of the first and the last is legible
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


def choose_ink(background: str) -> str:
    """Return the first of `INKS` with a contrast of 4.5 : 1 on `background` (`#rrggbb`)."""
    return next(ink for ink in INKS if contrast(ink, background) >= LEGIBLE)


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
