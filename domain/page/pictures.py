"""Removal of picture metadata: EXIF, XMP, colour profiles, texts, trailing bytes.

The rest is copied unchanged: nothing is decoded. An orientation in EXIF is lost.
"""

from collections.abc import Iterator
from typing import Final

ANIMATED: Final = "logo must be a picture that does not move."

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# Header, palette, transparency, data, end; and the chunks of colour space, with their lengths.
PNG_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
PNG_COLOURS: Final = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1}
PNG_ANIMATION: Final = frozenset({b"acTL", b"fcTL", b"fdAT"})

MARK: Final = 0xFF
APP0, APP14, START_OF_SCAN, END = 0xE0, 0xEE, 0xDA, 0xD9
# Frames (C0 to CF hold tables as well), tables, restart interval, scans.
JPEG_KEPT: Final = frozenset({*range(0xC0, 0xD0), *range(0xDA, 0xE0)})
JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
JFIF_BYTES: Final = 12  # up to its thumbnail, without marker and length
ADOBE_BYTES: Final = 12  # the coding of colours

WEBP_KEPT: Final = frozenset({b"VP8X", b"ALPH", b"VP8 ", b"VP8L"})
WEBP_ANIMATION: Final = frozenset({b"ANIM", b"ANMF"})
HAS_ALPHA: Final = 0x10  # the one flag of VP8X that stays


class AnimatedError(ValueError):
    """The picture is animated."""


class BrokenError(ValueError):
    """The picture is truncated, or the bytes are no picture."""


def strip_png(content: bytes) -> bytes:
    """Return a PNG without metadata. Raises AnimatedError, BrokenError."""
    chunks = [PNG_SIGNATURE]
    at = len(PNG_SIGNATURE)
    while True:
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        chunk = content[at : at + 12 + size]
        if len(chunk) < 12 + size:
            raise BrokenError
        if kind in PNG_ANIMATION:
            raise AnimatedError
        if kind in PNG_KEPT or PNG_COLOURS.get(kind) == size:
            chunks.append(chunk)
        if kind == b"IEND":
            return b"".join(chunks)
        at += len(chunk)


def strip_jpeg(content: bytes) -> bytes:
    """Return a JPEG without metadata. Raises BrokenError."""
    segments = [content[:2]]
    for marker, segment in _segments(content):
        if marker in JPEG_KEPT:
            segments.append(segment)
        elif marker == APP0 and segment[4:9] == b"JFIF\0":
            segments.append(segment[:2] + b"\0\x10" + segment[4 : 4 + JFIF_BYTES] + b"\0\0")
        elif marker == APP14 and segment[4:9] == b"Adobe":
            segments.append(segment[:2] + b"\0\x0e" + segment[4 : 4 + ADOBE_BYTES])
    return b"".join([*segments, bytes((MARK, END))])


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the markers of a JPEG with their segments.

    A scan's segment includes its data. Raises BrokenError.
    """
    at = 2
    while content[at : at + 1] == bytes((MARK,)) and at + 1 < len(content):
        marker = content[at + 1]
        if marker == END:
            return
        if marker == MARK or marker in JPEG_ALONE:  # filling, or without a segment
            at += 1 if marker == MARK else 2
            continue
        end = at + 2 + max(2, int.from_bytes(content[at + 2 : at + 4]))
        if marker == START_OF_SCAN:
            end = _end_of_scan(content, end)
        if end > len(content):
            break
        yield marker, content[at:end]
        at = end
    raise BrokenError


def _end_of_scan(content: bytes, at: int) -> int:
    """Return the offset of the marker after a scan's data."""
    while (at := content.find(MARK, at)) >= 0 and at + 1 < len(content):
        if content[at + 1] != 0 and content[at + 1] not in JPEG_ALONE:
            return at
        at += 2
    raise BrokenError


def strip_webp(content: bytes) -> bytes:
    """Return a WebP without metadata. Raises AnimatedError, BrokenError."""
    chunks = [b"WEBP"]
    end = 8 + int.from_bytes(content[4:8], "little")
    at = 12
    while at + 8 <= min(end, len(content)):
        kind, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        chunk = content[at : at + 8 + size + size % 2]
        if kind in WEBP_ANIMATION:
            raise AnimatedError
        if kind in WEBP_KEPT:
            if len(chunk) < 8 + size:
                raise BrokenError
            chunks.append(_without_flags(chunk) if kind == b"VP8X" else chunk)
        at += 8 + size + size % 2
    body = b"".join(chunks)
    if body[4:8] not in WEBP_KEPT or not {b"VP8 ", b"VP8L"} & {part[:4] for part in chunks}:
        raise BrokenError
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _without_flags(header: bytes) -> bytes:
    """Return a VP8X header with its alpha flag only."""
    return header[:8] + bytes((header[8] & HAS_ALPHA,)) + header[9:]
