"""A page's logo: accepted formats, detected by the bytes alone.

Source: docs/behaviour.md, "Settings of a page".
"""

import base64
import binascii
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, TypeAlias

ANIMATED: Final = "The logo must be a picture that does not move."

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


BYTES_MAX: Final = 64 * 1024
SIDE_MAX: Final = 4096
DIGEST_DIGITS: Final = 32
NO_PICTURE: Final = "The logo must be a PNG, JPEG or WebP picture."
NO_BASE64: Final = f"{NO_PICTURE[:-1]}, in base64 or as a data: URL."
TOO_HEAVY: Final = f"The logo may have at most {BYTES_MAX // 1024} KiB."
BAD_SIZE: Final = f"The logo must be 1 to {SIDE_MAX:,} pixels wide and high."

Size: TypeAlias = tuple[int, int]

PNG_HEADER: Final = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
PNG_HEADER_BYTES, WEBP_HEADER_BYTES = 24, 30
LOSSLESS: Final = b"\x2f"
MARKER: Final = 0xFF
# JPEG markers: frames with a size (C4, C8 and CC are tables), without a segment, and last ones.
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
LAST: Final = frozenset({0xD9, 0xDA})


class LogoError(ValueError):
    """An invalid logo; the message is a sentence for its owner."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture by its digest, with its size in pixels.

    `content` is empty once the logo is saved: a loaded page does not need it.
    """

    digest: str
    type: str
    width: int
    height: int
    content: bytes = field(default=b"", compare=False, repr=False)

    @property
    def name(self) -> str:
        """The artifact's name, distinct for each picture."""
        return f"logo/{self.digest}.{EXTENSIONS[self.type]}"


def decode_logo(text: str) -> Logo:
    """Return the logo of a base64 text. Raises LogoError."""
    if len(text) > BYTES_MAX * 4 // 3 + 4:
        raise LogoError(TOO_HEAVY)
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise LogoError(NO_BASE64) from None
    return read_logo(content)


def read_logo(content: bytes) -> Logo:
    """Return the logo of a picture's bytes, without metadata. Raises LogoError."""
    if len(content) > BYTES_MAX:
        raise LogoError(TOO_HEAVY)
    for type_, read in READERS.items():
        if (size := read(content)) is not None:
            if not all(1 <= side <= SIDE_MAX for side in size):
                raise LogoError(BAD_SIZE)
            picture = strip_metadata(content, type_)
            digest = sha256(picture).hexdigest()[:DIGEST_DIGITS]
            return Logo(digest, type_, *size, picture)
    raise LogoError(NO_PICTURE)


def strip_metadata(content: bytes, type_: str) -> bytes:
    """Return a picture without its metadata. Raises LogoError."""
    try:
        return STRIPPERS[type_](content)
    except AnimatedError:
        raise LogoError(ANIMATED) from None
    except BrokenError:
        raise LogoError(NO_PICTURE) from None


def png_size(content: bytes) -> Size | None:
    """Return (width, height) of a PNG from its header, or None."""
    if len(content) < PNG_HEADER_BYTES or not content.startswith(PNG_HEADER):
        return None
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def jpeg_size(content: bytes) -> Size | None:
    """Return (width, height) of a JPEG from its frame, or None."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    for marker, start in segments(content):
        if marker in FRAMES and start + 7 <= len(content):
            height, width = struct.unpack_from(">HH", content, start + 3)
            return width, height
    return None


def segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the markers of a JPEG before its scan, with length offsets."""
    offset = 2
    while offset + 4 <= len(content) and content[offset] == MARKER:
        marker = content[offset + 1]
        if marker == MARKER:  # filling
            offset += 1
        elif marker in ALONE:
            offset += 2
        elif marker in LAST:
            return
        else:
            yield marker, offset + 2
            offset += 2 + max(2, int.from_bytes(content[offset + 2 : offset + 4]))


def webp_size(content: bytes) -> Size | None:
    """Return (width, height) of a WebP from its first chunk, or None."""
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    if not is_webp or len(content) < WEBP_HEADER_BYTES:
        return None
    chunk, body = content[12:16], content[20:30]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if chunk == b"VP8L" and body[:1] == LOSSLESS:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    return None


READERS: Final[dict[str, Callable[[bytes], Size | None]]] = {
    "image/png": png_size,
    "image/jpeg": jpeg_size,
    "image/webp": webp_size,
}
STRIPPERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "image/png": strip_png,
    "image/jpeg": strip_jpeg,
    "image/webp": strip_webp,
}
EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
