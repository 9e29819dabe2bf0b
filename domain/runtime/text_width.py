"""Width of a text in Verdana at 11 pixels, as shields.io measures it.

The advance widths come from the package anafanafo 2.0.0, which badge-maker uses. The last digit of
a float counts, so the sum is computed in the order of badge-maker. A character without data counts
as an "m" there, and here.
"""

from bisect import bisect_right
from pathlib import Path
from typing import Final

_UNKNOWN: Final = 10.7
_CONTROLS: Final = frozenset({*range(0x20), 0x7F})


def _read_runs() -> tuple[list[int], list[float]]:
    """Return the first code point of each run of equal widths, and the width.

    Widths are in pixels. A run without data stands between two ranges of the file.
    """
    starts: list[int] = []
    widths: list[float] = []
    code = 0
    for line in Path(__file__).with_name("text_widths.txt").read_text("utf-8").splitlines():
        first, *runs = line.split()
        if line.startswith("#"):
            continue
        if line.startswith(" "):  # the range goes on
            runs = [first, *runs]
        else:
            starts.append(code)
            widths.append(_UNKNOWN)
            code = int(first, 16)
        for run in runs:
            hundredths, _, times = run.partition("*")
            starts.append(code)
            widths.append(int(hundredths) / 100)
            code += int(times or 1)
    return [*starts, code], [*widths, _UNKNOWN]


_STARTS, _WIDTHS = _read_runs()


def _advance(char: str) -> float:
    """Return the advance width of one character, in pixels."""
    code = ord(char)
    return 0.0 if code in _CONTROLS else _WIDTHS[bisect_right(_STARTS, code) - 1]


def text_width(text: str) -> float:
    """Return the width in pixels of a text on one line; never negative."""
    total = 0.0
    # Not sum(): since Python 3.12 it corrects float errors that badge-maker's reduce has.
    for char in text:
        total += _advance(char)
    return total


def badge_width(text: str) -> int:
    """Return the width in whole pixels: floored, then rounded up to odd.

    An odd width meets the pixel grid.
    """
    return int(text_width(text)) | 1
