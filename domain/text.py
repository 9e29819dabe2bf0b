"""What a text from a user may be: trimmed, bounded, and free of what no store can hold."""

from typing import Final

TITLE_LIMIT: Final = 200
BODY_LIMIT: Final = 10_000
NAME_LIMIT: Final = 100
DESCRIPTION_LIMIT: Final = 1_000


def clean(text: str | None) -> str | None:
    """Trim `text`; a blank one counts as missing (None). Source: SPEC section 5."""
    return (text.strip() or None) if text is not None else None


def is_storable(text: str) -> bool:
    """Tell whether `text` has neither NUL nor a lone surrogate (Postgres and UTF-8 refuse both)."""
    if text.isascii():  # at once, for a picture in base64 is long
        return "\0" not in text
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def same_name(one: str, other: str) -> bool:
    """Compare two names as references do: trimmed and without regard to case."""
    return fold(one) == fold(other)


def fold(name: str) -> str:
    """Bring a name into the form in which names are compared."""
    return name.strip().casefold()
