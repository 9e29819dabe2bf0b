"""Contrast: an owner's accent brought to where it can be read. Source: WCAG 2.2, 1.4.3."""

import colorsys

LEGIBLE = 4.5
STEPS = 100
SRGB_LINEAR = 0.04045  # below it, sRGB has no gamma


def legible(accent: str, background: str) -> str:
    """Return `accent` (`#rrggbb`), lighter or darker until it is 4.5 : 1 on `background`."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*channels(accent))
    towards = 1.0 if luminance(background) < 0.2 else 0.0  # noqa: PLR2004 - dark themes are below
    for step in range(STEPS + 1):
        tried = lightness + (towards - lightness) * step / STEPS
        found = written(colorsys.hls_to_rgb(hue, tried, saturation))
        if contrast(found, background) >= LEGIBLE:
            return found
    return written((towards, towards, towards))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, 0 to 1."""
    red, green, blue = (linear(part) for part in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    """Undo the gamma of one sRGB channel."""
    return part / 12.92 if part <= SRGB_LINEAR else ((part + 0.055) / 1.055) ** 2.4


def channels(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue of `#rrggbb`, each 0 to 1."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def written(parts: tuple[float, float, float]) -> str:
    """Write channels as `#rrggbb`."""
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
