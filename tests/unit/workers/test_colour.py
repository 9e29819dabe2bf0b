"""Contrast of the fixed colours, and of whatever accent an owner chooses."""

from itertools import product

import pytest

from domain.runtime.template_loader import colours
from workers.render.png import LEGIBLE, contrast, ensure_contrast, luminance

THEMES = ("dark", "light")
GRAPHIC = 3  # WCAG 2.2, 1.4.11
GROUNDS = ("bg", "card")
ALL = ["#000000", "#ffffff", "#808080", "#ff0000", "#00ff00", "#0000ff", "#ffff00", "#5b9dff"]


def mixed(one, other, share):
    """What color-mix(in srgb, one share, other) gives."""
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def test_contrast_is_as_wcag_defines_it_when_colours_are_known():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#abcdef", "#abcdef") == 1
    assert luminance("#ffffff") == pytest.approx(1)


@pytest.mark.parametrize("theme", THEMES)
def test_every_word_is_legible_when_it_stands_on_card_or_ground(theme):
    palette = colours()[theme]
    words = set(palette) - {"bg", "card", "line"}
    for word, ground in product(words, GROUNDS):
        assert contrast(palette[word], palette[ground]) >= LEGIBLE, (word, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_the_hero_is_legible_when_it_is_tinted_by_any_status(theme):
    palette = colours()[theme]
    for status in ("operational", "degraded", "partial", "outage", "maintenance"):
        tinted = mixed(palette[status], palette["card"], 0.10)
        assert contrast(palette["text"], tinted) >= LEGIBLE
        assert contrast(palette["muted"], tinted) >= LEGIBLE
        assert contrast(palette[status], tinted) >= GRAPHIC


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("accent", ALL)
def test_an_accent_is_legible_when_an_owner_chose_it(accent, theme):
    palette = colours()[theme]
    assert contrast(ensure_contrast(accent, palette["card"]), palette["card"]) >= LEGIBLE


def test_an_accent_is_left_alone_when_it_is_legible():
    assert ensure_contrast("#5b9dff", colours()["dark"]["card"]) == "#5b9dff"
    assert ensure_contrast("#1f63d1", colours()["light"]["card"]) == "#1f63d1"


def test_both_themes_have_the_same_names_when_templates_ask_for_them():
    assert colours()["dark"].keys() == colours()["light"].keys()
