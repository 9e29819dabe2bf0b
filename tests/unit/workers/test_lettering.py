"""Text in pictures: fitted by measured width, shaped, and never a wrong letter."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from domain.page.settings import Appearance
from domain.runtime.template_loader import colours
from domain.status import Status
from tests.support.small_page import TODAY, leaf, page_of
from workers.render import lettering
from workers.render.eager import build_render_context
from workers.render.lettering import Font, draw_text, keep_drawable
from workers.render.on_demand import render_badge_png, render_og_png

FONT = Font("DejaVu Sans", 100)
ARABIC, HEBREW, NOWHERE = "حالة", "מצב", "\U0010fffd"
NAMES = ("W" * 40, "W" * 100, "状态页面" * 20, ARABIC * 20, "👩🏽‍🚀🏳️‍🌈" * 9, "i" * 100, NOWHERE)
FRAME = (1072, 80, 1134, 550)  # right of the texts, within the card

pytestmark = pytest.mark.skipif(
    not lettering.has_pango(), reason="this machine has no Pango, as make run allows"
)


@pytest.fixture(params=["pango", "cairo"])
def library(request, monkeypatch):
    """Draw with Pango, or without it."""
    if request.param == "cairo":
        monkeypatch.setattr(lettering, "has_pango", lambda: False)
    return request.param


def context_of(name, headline=""):
    look = Appearance(headlines={Status.OPERATIONAL: headline} if headline else {})
    return build_render_context(replace(page_of(leaf("API")), name=name, look=look), TODAY)


def picture(content):
    return Image.open(BytesIO(content)).convert("RGB")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("text", NAMES)
def test_no_letter_leaves_the_frame_when_name_and_headline_are(text):
    drawn = picture(render_og_png(None, context_of(text, text), ""))
    card = tuple(bytes.fromhex(colours()["dark"]["card"][1:]))
    assert {colour for _, colour in drawn.crop(FRAME).getcolors()} == {card}


@pytest.mark.usefixtures("library")
def test_a_text_is_cut_when_it_is_wider_than_its_limit():
    whole = draw_text("Lumen Cloud Services", FONT)
    short = draw_text("Lumen Cloud Services", FONT, whole.width / 2)
    assert 0 < short.width <= whole.width / 2
    assert draw_text("Lumen", FONT, whole.width) == draw_text("Lumen", FONT)


def test_letters_are_joined_when_pango_shapes_them():
    apart = sum(draw_text(letter, FONT).width for letter in ARABIC)
    assert draw_text(ARABIC, FONT).width < 0.9 * apart
    assert keep_drawable(f"Acme {ARABIC} {HEBREW}", FONT) == f"Acme {ARABIC} {HEBREW}"


@pytest.mark.parametrize("word", [ARABIC, HEBREW, "स्थिति", "ไทย", "e\u0331\u0301"])
def test_a_word_is_left_out_when_it_needs_shaping_and_pango_is_missing(word, monkeypatch):
    monkeypatch.setattr(lettering, "has_pango", lambda: False)
    assert keep_drawable(f"Acme {word} Cafe\u0301", FONT) == "Acme Café"
    assert draw_text(word, FONT).segments == ()


@pytest.mark.usefixtures("library")
def test_a_word_is_left_out_when_no_font_has_its_letters():
    assert keep_drawable(f"Acme {NOWHERE}x status", FONT) == "Acme status"
    assert draw_text(NOWHERE, FONT).segments == ()


@pytest.mark.usefixtures("library")
def test_a_badge_has_no_empty_half_when_its_name_can_not_be_drawn():
    # Given a page whose name and headline no font has
    unseen, bare = (
        picture(render_badge_png(None, context_of(*texts), ""))
        for texts in ((NOWHERE, NOWHERE), ("", ""))
    )
    # Then the picture is that of the default headline without a label
    assert unseen.tobytes() == bare.tobytes()
