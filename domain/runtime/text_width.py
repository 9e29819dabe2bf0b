"""Width of a text in Verdana at 11 pixels, as shields.io measures it.

The advance widths come from the package anafanafo 2.0.0, which badge-maker uses. The last digit of
a float counts, so the sum is computed in the order of badge-maker. A character without data counts
as an "m" (10.7) there; here combining marks count nothing, and scripts that Verdana lacks have the
average of their fallback fonts.
"""

import re
import unicodedata
from bisect import bisect_right
from pathlib import Path
from typing import Final

# First and last code point of a range, and its average in pixels.
_AVERAGES: Final = (
    (0x0250, 0x02AF, 6.6),  # phonetic letters
    (0x02B0, 0x02FF, 4.6),  # modifier letters
    (0x0530, 0x058F, 7.3),  # Armenian
    (0x0590, 0x05FF, 6.1),  # Hebrew
    (0x0600, 0x08FF, 5.5),  # Arabic and Syriac, joined
    (0x0900, 0x0DFF, 7.0),  # the scripts of India
    (0x0E00, 0x0E7F, 6.5),  # Thai
    (0x0E80, 0x109F, 7.0),  # Lao, Tibetan, Burmese
    (0x10A0, 0x10FF, 7.0),  # Georgian
    (0x1160, 0x11FF, 0.0),  # vowels and finals, drawn into the Hangul syllable before them
    (0x1780, 0x17FF, 8.0),  # Khmer
    (0x1D00, 0x1DBF, 4.5),  # small capitals and superscripts
    (0x1F00, 0x1FFF, 7.0),  # Greek with breathings
    (0x2070, 0x209F, 5.6),  # superscripts and subscripts
    (0x2150, 0x218F, 9.0),  # number forms
    (0x2200, 0x22FF, 7.1),  # mathematics
    (0x2300, 0x23FF, 8.6),  # technical symbols
    (0x2460, 0x24FF, 11.0),  # enclosed letters and numbers
    (0x2500, 0x257F, 9.5),  # box drawing
    (0x2580, 0x259F, 8.9),  # blocks
    (0x2800, 0x28FF, 8.1),  # Braille
    (0xFF61, 0xFFDC, 5.5),  # halfwidth kana and Hangul
    (0x1D400, 0x1D7FF, 9.5),  # mathematical letters
    (0x1F000, 0x1FAFF, 13.75),  # pictures
)
_STARTS: Final = tuple(first for first, _last, _width in _AVERAGES)
_EM: Final = 11.0
_EMOJI: Final = 13.75  # 1.25 em in the colour fonts of Apple and Google
_UNKNOWN: Final = 10.7
_WEIGHTLESS: Final = frozenset({"Cc", "Cf", "Cs", "Me", "Mn"})
_FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)  # two make one flag
_WIDE_PICTURES: Final = (range(0x2190, 0x2E80), range(0x1F000, 0x20000))
# Parts of the picture before: a skin tone, or a picture after a zero-width joiner.
_JOINED: Final = re.compile(
    "[\U0001f3fb-\U0001f3ff]|(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])"
    "\u200d[\u2190-\u2bff\U0001f000-\U0001faff]",
)


def _read_widths() -> dict[int, float]:
    """Return the measured widths in pixels by code point."""
    widths: dict[int, float] = {}
    code = 0
    for line in Path(__file__).with_name("text_widths.txt").read_text("utf-8").splitlines():
        first, *runs = line.split()
        if line.startswith("#"):
            continue
        if line.startswith(" "):  # the range goes on
            runs = [first, *runs]
        else:
            code = int(first, 16)
        for run in runs:
            hundredths, _, times = run.partition("*")
            for _again in range(int(times or 1)):
                widths[code] = int(hundredths) / 100
                code += 1
    return widths


_WIDTHS: Final = _read_widths()


def _is_picture(code: int) -> bool:
    return any(code in pictures for pictures in _WIDE_PICTURES)


def _average(code: int) -> float:
    index = bisect_right(_STARTS, code) - 1
    if index >= 0 and code <= _AVERAGES[index][1]:
        return _AVERAGES[index][2]
    return _UNKNOWN


def _advance(char: str) -> float:
    """Return the advance width of one character, in pixels."""
    code = ord(char)
    if unicodedata.category(char) in _WEIGHTLESS:
        return 0.0
    if code in _FLAG_LETTERS:
        return _EMOJI / 2
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return _EMOJI if _is_picture(code) else _EM
    width = _WIDTHS.get(code)
    return _average(code) if width is None else width


def text_width(text: str) -> float:
    """Return the width in pixels of a text on one line; never negative."""
    total = 0.0
    # Not sum(): since Python 3.12 it corrects float errors that badge-maker's reduce has.
    for char in _JOINED.sub("", text):
        total += _advance(char)
    return total


def badge_width(text: str) -> int:
    """Return the width in whole pixels: floored, then rounded up to odd.

    An odd width meets the pixel grid.
    """
    return int(text_width(text)) | 1
