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

from domain.page import pictures

BYTES_MAX: Final = 64 * 1024
SIDE_MAX: Final = 4096
DIGEST_DIGITS: Final = 32
NO_PICTURE: Final = "logo must be a PNG, JPEG or WebP picture, as a data: URL or in base64."
TOO_HEAVY: Final = f"logo may have at most {BYTES_MAX // 1024} KiB."
BAD_SIZE: Final = f"logo must be 1 to {SIDE_MAX} pixels wide and high."

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
        raise LogoError(NO_PICTURE) from None
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
    except pictures.AnimatedError:
        raise LogoError(pictures.ANIMATED) from None
    except pictures.BrokenError:
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
    "image/png": pictures.strip_png,
    "image/jpeg": pictures.strip_jpeg,
    "image/webp": pictures.strip_webp,
}
EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
