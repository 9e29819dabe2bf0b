"""Cleaning and limits of user text: trimmed, bounded and storable."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

TITLE_LIMIT: Final = 200
BODY_LIMIT: Final = 10_000
NAME_LIMIT: Final = 100
DESCRIPTION_LIMIT: Final = 1_000
# A name has at most 100 characters of four bytes, and three times as many bytes when its letters
# are sent apart from their marks: a longer reference matches nothing.
REFERENCE_BYTES: Final = 1_200
FOLDED_MAX: Final = 4_096  # names of two of the largest pages; a reader folds all of a page

# Invisible characters: controls, Unicode's Default_Ignorable_Code_Point (joiners, marks of
# direction, selectors, fillers, tags), anchors of notes, the blanks of Braille and of music.
# The inside of a character class in a regular expression that JSON Schema understands as well.
BLANK: Final = (
    r"\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
NOT_BLANK: Final = f"[^{BLANK}]"
# Not allowed in a one-line text: controls, ends of lines and overrides of direction. Marks of
# direction, which Arabic and Hebrew need, stay. Also the inside of a character class.
IN_NO_LINE: Final = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_IN_NO_LINE: Final = re.compile(f"[{IN_NO_LINE}]")
_VISIBLE: Final = re.compile(NOT_BLANK)


def clean(text: str | None) -> str | None:
    """Return `text` trimmed, or None if nothing in it is visible.

    Invisible characters within visible text stay: they join or end an emoji.

    Source: docs/behaviour.md, "Request bodies".
    """
    return text.strip() if text is not None and _VISIBLE.search(text) else None


def cut_reference(reference: str) -> str:
    """Return a reference cut to `REFERENCE_BYTES` bytes; a cut one ends in an ellipsis."""
    raw = reference.encode("utf-8", "replace")
    if len(raw) <= REFERENCE_BYTES:
        return reference
    return raw[: REFERENCE_BYTES - len("…".encode())].decode(errors="ignore") + "…"


def clean_line(text: str | None) -> str | None:
    """Return a one-line text trimmed, or None if it is blank.

    Controls and overrides of direction are removed.
    """
    return clean(_IN_NO_LINE.sub("", text)) if text is not None else None


def printable(text: str) -> str:
    """Return a text as one line without terminal control sequences."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def is_storable(text: str) -> bool:
    """Return whether `text` has neither NUL nor a lone surrogate.

    Postgres and UTF-8 refuse both.
    """
    if text.isascii():  # fast path: a picture in base64 is long
        return "\0" not in text
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def utf8_size(text: str) -> int:
    """Return the size of a text as UTF-8, in bytes."""
    return len(f"{text}".encode())


def same_name(one: str, other: str) -> bool:
    """Return whether people read two names as the same."""
    return fold(one) == fold(other)


@lru_cache(maxsize=FOLDED_MAX)
def fold(name: str) -> str:
    """Return the form of a name that is used for comparison.

    Letters with their marks are composed, case is folded, and a run of blanks (no-break ones too)
    is one blank.

    Source: docs/behaviour.md, "Component references".
    """
    line = " ".join(_IN_NO_LINE.sub("", name).split())
    if line.isascii():
        return line.casefold()
    # Canonical caseless matching (Unicode, D145); folding can take letters apart again.
    folded = unicodedata.normalize("NFD", line).casefold()
    return unicodedata.normalize("NFC", folded)
