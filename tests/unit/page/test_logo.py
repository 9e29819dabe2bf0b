"""What may be a logo: told by its bytes, whatever its sender calls it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.page.logo import (
    BAD_SIZE,
    BYTES_MAX,
    NO_PICTURE,
    TOO_HEAVY,
    Logo,
    LogoError,
    decode_logo,
    read_logo,
)
from tests.support.pictures import picture, text_of
from workers.render.view import logo_view

SIZES = [(1, 1), (640, 120), (33, 900), (4096, 8)]
KINDS = {
    "png": ("image/png", {}),
    "png with alpha": ("image/png", {"mode": "RGBA"}),
    "png of a palette": ("image/png", {"mode": "P"}),
    "jpeg": ("image/jpeg", {}),
    "jpeg, progressive": ("image/jpeg", {"progressive": True}),
    "jpeg of greys": ("image/jpeg", {"mode": "L"}),
    "jpeg with a comment": ("image/jpeg", {"comment": b"\xff\xc0" * 40}),
    "webp": ("image/webp", {}),
    "webp, lossless": ("image/webp", {"lossless": True}),
    "webp with alpha": ("image/webp", {"mode": "RGBA"}),
    "webp with metadata": ("image/webp", {"exif": b"Exif\0\0"}),
}


def said_of(content):
    """The size of a picture, or the sentence that says why it is none."""
    try:
        logo = read_logo(content)
    except LogoError as error:
        return str(error)
    return logo.width, logo.height


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_type_and_size_are_read_when_pillow_wrote_them(kind, size):
    type_, more = KINDS[kind]
    logo = decode_logo(text_of(picture(type_.removeprefix("image/"), *size, **more)))
    assert (logo.type, logo.width, logo.height) == (type_, *size)
    assert logo.digest in logo.name


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_a_sentence_is_raised_when_a_picture_is_cut_short(kind):
    type_, more = KINDS[kind]
    content = picture(type_.removeprefix("image/"), 64, 48, **more)
    told = {said_of(content[:end]) for end in range(min(len(content), 800))}
    assert told <= {NO_PICTURE, (64, 48)}


HEADS = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"RIFF\0\0\0\0WEBPVP8X",
         b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f", b"RIFF\0\0\0\0WEBPVP8 "]  # fmt: skip


@given(st.sampled_from(HEADS), st.binary(max_size=60))
def test_nothing_but_a_sentence_is_raised_when_bytes_are_any(head, rest):
    said = said_of(head + rest)
    assert said in {NO_PICTURE, BAD_SIZE} or all(1 <= side <= 4096 for side in said)


@given(st.text(max_size=60))
def test_nothing_but_a_sentence_is_raised_when_a_text_is_any(given_text):
    with pytest.raises(LogoError):
        decode_logo(given_text)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("gif", 4, 4),
        picture("bmp", 4, 4),
        picture("tiff", 4, 4),
        b"\0\0\1\0",
        b"<html>",
    ],
)
def test_other_kinds_are_refused_when_they_are_given(content):
    with pytest.raises(LogoError, match="PNG, JPEG or WebP"):
        read_logo(content)


def test_picture_is_refused_when_it_is_too_heavy_or_has_no_size():
    png = picture("png", 10, 10)
    assert read_logo(png + b"\0" * (BYTES_MAX - len(png))).width == 10
    heavy = png + b"\0" * (BYTES_MAX + 1 - len(png))
    for refused in (lambda: read_logo(heavy), lambda: decode_logo(text_of(heavy))):
        with pytest.raises(LogoError, match=TOO_HEAVY):
            refused()
    for width, height in ((0, 10), (10, 0), (4097, 10), (10, 2**31)):
        sized = png[:16] + width.to_bytes(4) + height.to_bytes(4) + png[24:]
        with pytest.raises(LogoError, match=BAD_SIZE):
            read_logo(sized)


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((800, 200), (160, 40, False)),
        ((4096, 64), (240, 4, False)),
        ((4096, 1), (240, 1, False)),
        ((1, 4096), (1, 40, True)),
        ((512, 512), (40, 40, True)),
        ((20, 10), (20, 10, False)),
    ],
)
def test_logo_fits_its_box_and_never_grows_when_it_is_shown(size, shown):
    view = logo_view(Logo("0" * 32, "image/png", *size))
    assert (view.width, view.height, view.is_mark) == shown
