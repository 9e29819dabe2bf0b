"""What a text from a user may be: trimmed, bounded, and free of what no store can hold."""

import re
from typing import Final

TITLE_LIMIT: Final = 200
BODY_LIMIT: Final = 10_000
NAME_LIMIT: Final = 100
DESCRIPTION_LIMIT: Final = 1_000
# A name has 100 characters of four bytes at most: what is longer names nothing.
REFERENCE_BYTES: Final = 400

# What is drawn as nothing: controls, Unicode's Default_Ignorable_Code_Point (joiners, marks of
# direction, selectors, fillers, tags), anchors of notes, the blanks of Braille and of music. As the
# inside of a class in a regular expression that JSON Schema understands as well.
BLANK: Final = (
    r"\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
NOT_BLANK: Final = f"[^{BLANK}]"
# What a text of one line holds none of: controls, ends of lines, and what overrides the direction
# of letters. Marks of direction, which Arabic and Hebrew need, stay.
# As the inside of a class, too.
IN_NO_LINE: Final = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_IN_NO_LINE: Final = re.compile(f"[{IN_NO_LINE}]")
_SEEN: Final = re.compile(NOT_BLANK)


def clean(text: str | None) -> str | None:
    """Trim `text`; one in which nothing can be seen counts as missing (None).

    What can't be seen stays where something can: an emoji is held together, or ended, by it.

    Source: docs/behaviour.md, "Request bodies".
    """
    return text.strip() if text is not None and _SEEN.search(text) else None


def cut_reference(reference: str) -> str:
    """Return a reference in at most `REFERENCE_BYTES` bytes; a longer one ends in an ellipsis."""
    raw = reference.encode("utf-8", "replace")
    if len(raw) <= REFERENCE_BYTES:
        return reference
    return raw[: REFERENCE_BYTES - len("…".encode())].decode(errors="ignore") + "…"


def clean_line(text: str | None) -> str | None:
    """Trim a text of one line, without controls and overrides of direction; None if it is blank."""
    return clean(_IN_NO_LINE.sub("", text)) if text is not None else None


def printable(text: str) -> str:
    """Return a text that a terminal shows as one line, and obeys in nothing."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def is_storable(text: str) -> bool:
    """Tell whether `text` has neither NUL nor a lone surrogate (Postgres and UTF-8 refuse both)."""
    if text.isascii():  # at once, for a picture in base64 is long
        return "\0" not in text
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def utf8_size(text: str) -> int:
    """Return how many bytes a text takes as UTF-8."""
    return len(f"{text}".encode())


def same_name(one: str, other: str) -> bool:
    """Compare two names as references do: trimmed and without regard to case."""
    return fold(one) == fold(other)


def fold(name: str) -> str:
    """Bring a name into the form in which names are compared."""
    return _IN_NO_LINE.sub("", name).strip().casefold()
