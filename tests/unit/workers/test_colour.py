"""Contrast of the fixed colours, and of whatever accent an owner chooses."""

from itertools import combinations, product

import pytest

from domain.runtime.template_loader import FOLDER, colours
from domain.status import Status
from workers.render.png import LEGIBLE, contrast, ensure_contrast, luminance

THEMES = ("dark", "light")
GRAPHIC = 3  # WCAG 2.2, 1.4.11
APART = 1.25  # of two fills, so that they differ in grey as well
TINTS = {"dark": (0.14, 0.22), "light": (0.09, 0.16)}  # as --tint in page.css.j2, some and all
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
    words = {name for name in palette if not name.startswith("fill_")} - {"bg", "card", "line"}
    for word, ground in product(words, GROUNDS):
        assert contrast(palette[word], palette[ground]) >= LEGIBLE, (word, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_the_hero_is_legible_when_it_is_tinted_by_any_status(theme):
    palette = colours()[theme]
    some, all_out = TINTS[theme]
    for status, tint in (*product((*Status, "nodata"), [some]), (Status.OUTAGE, all_out)):
        tinted = mixed(palette[status], palette["card"], tint)
        assert contrast(palette["text"], tinted) >= LEGIBLE
        assert contrast(palette["muted"], tinted) >= LEGIBLE, (status, tint)
        assert contrast(palette[status], tinted) >= GRAPHIC


@pytest.mark.parametrize("theme", THEMES)
def test_fills_differ_in_lightness_when_any_two_stand_side_by_side(theme):
    palette = colours()[theme]
    fills = {status: palette[f"fill_{status}"] for status in Status}
    for one, other in combinations(fills, 2):
        assert contrast(fills[one], fills[other]) >= APART, (one, other)


def test_the_style_has_the_tints_that_are_checked_here():
    style = (FOLDER / "page" / "page.css.j2").read_text("utf-8")
    for share in (share for pair in TINTS.values() for share in pair):
        assert f"--tint:{share:.0%}" in style or f"--tint-all:{share:.0%}" in style


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
