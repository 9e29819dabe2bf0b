"""Contrast: adjustment of an owner's accent until it is legible.

Source: WCAG 2.2, 1.4.3.
"""

import colorsys

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
