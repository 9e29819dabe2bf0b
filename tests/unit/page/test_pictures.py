"""A logo keeps its picture, and nothing else that its file held."""

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from domain.page.logo import ANIMATED, LogoError, read_logo

SECRET = b"Ada's balcony, 52.5 N"
MODES = {
    "png": ("RGB", "RGBA", "P", "L", "1"),
    "jpeg": ("RGB", "L", "CMYK"),
    "webp": ("RGB", "RGBA"),
}


def drawn(mode="RGB", size=(48, 32)):
    """A picture with something in it, so that its data hold markers."""
    return Image.effect_noise(size, 90).convert(mode)


def exif():
    made = Image.Exif()
    made[0x010E] = SECRET.decode()
    return made.tobytes()


def text_chunks():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    info.add(b"prVt", SECRET)
    return info


EXTRAS = {
    "png": {"pnginfo": text_chunks(), "exif": exif(), "icc_profile": SECRET, "dpi": (72, 72)},
    "jpeg": {"exif": exif(), "icc_profile": SECRET, "comment": SECRET, "xmp": SECRET},
    "webp": {"exif": exif(), "icc_profile": SECRET, "xmp": SECRET},
}


def saved(image, kind, **more):
    to = BytesIO()
    image.save(to, kind, **more)
    return to.getvalue()


def pixels(content):
    with Image.open(BytesIO(content)) as image:
        return image.mode, image.size, image.tobytes()


CASES = [(kind, mode) for kind, modes in MODES.items() for mode in modes]


@pytest.mark.parametrize(("kind", "mode"), CASES)
@pytest.mark.parametrize("more", [{}, {"progressive": True, "lossless": True}], ids=["", "other"])
def test_picture_stays_and_all_else_goes_when_a_logo_is_read(kind, mode, more):
    plain = saved(drawn(mode), kind, **more)
    full = saved(Image.open(BytesIO(plain)), kind, **EXTRAS[kind], **more) + SECRET
    logo = read_logo(full)
    assert SECRET in full
    assert SECRET not in logo.content
    assert not any(word in logo.content for word in (b"Exif", b"eXIf", b"EXIF", b"ICC", b"iCCP"))
    assert pixels(logo.content) == pixels(full)
    # and reading it once more changes nothing
    assert read_logo(logo.content) == logo
    assert read_logo(logo.content).content == logo.content


@pytest.mark.parametrize(("kind", "mode"), CASES)
def test_bytes_stay_when_a_file_holds_a_picture_only(kind, mode):
    content = saved(drawn(mode), kind)
    assert read_logo(content).content == content


def test_thumbnail_goes_when_a_jpegs_header_holds_one():
    content = saved(drawn(), "jpeg")
    thumb = content[:4] + (16 + 3).to_bytes(2) + content[6:18] + b"\1\1" + b"\7\7\7" + content[20:]
    assert read_logo(thumb).content == content


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_logo_is_refused_when_it_moves(kind):
    frames = [drawn(), drawn()]
    content = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    with pytest.raises(LogoError, match=ANIMATED):
        read_logo(content)


@pytest.mark.parametrize(("kind", "mode"), CASES)
def test_logo_is_refused_when_its_end_is_missing(kind, mode):
    content = saved(drawn(mode), kind)
    for end in range(40, len(content) - 2, 97):
        with pytest.raises(LogoError, match="PNG, JPEG or WebP"):
            read_logo(content[:end])
