"""The badge in both styles: geometry beside badge-maker's, hostile labels, its picture as PNG."""

# ruff: noqa: RUF001 - letters of many scripts are what is tested

import importlib
import json
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from PIL import Image

from domain.runtime.badge import (
    STYLES,
    BadgeParts,
    HexColourError,
    clean_text,
    needs_dark_text,
    render_with_label,
)
from workers.render.badge import EmptyMessageError, render_badge_parts
from workers.render.png import OutsideReferenceError, PngUnavailable, svg_to_png

SVG = "{http://www.w3.org/2000/svg}"
GREEN = "#0b7a43"

# What badge-maker draws; the file says how it was recorded.
RECORDED = json.loads(Path(__file__).with_name("badge_maker.json").read_text("utf-8"))["badges"]

HOSTILE_LABELS = [
    "</text><script>alert(1)</script>",
    '" onload="alert(1)',
    "' & ' &amp; ]]> <!-- <![CDATA[",
    "{{ 7 * 7 }} {% raw %} {# #}",
    "\0label\0 \0message_x\0",
    "\u202egpj.exe\u2066\u200f",
    "ok\x1b[31m\x07\x7f\x85\ufffe\U0010ffff",
    "مرحبا שלום (beta) 3.2",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f3f4\U000e0067\U000e0062\U000e007f",
    "e" + "\u0301" * 500,
    "W" * 10_000,
]


def badge(label: str, message: str = "ok", colour: str = GREEN) -> ET.Element:
    return ET.fromstring(render_with_label(render_badge_parts(message, colour), label))


def texts(svg: ET.Element) -> list[ET.Element]:
    return [text for text in svg.iter(f"{SVG}text") if text.get("aria-hidden") is None]


def test_every_rect_and_text_stands_where_badge_maker_puts_it():
    # Given what badge-maker draws, of all scripts, with wide and astral letters, in both styles
    for recorded in RECORDED:
        label, message, colour = recorded["label"], recorded["message"], recorded["color"]

        # When the same badge is drawn
        parts = render_badge_parts(message, colour, label)
        svg = ET.fromstring(render_with_label(parts, label, recorded["style"]))

        # Then it is the same to the pixel
        drawn = {
            "width": int(svg.attrib["width"]),
            "rects": [
                [int(rect.get("x", 0)), int(rect.attrib["width"]), rect.get("fill")]
                for rect in svg.iter(f"{SVG}rect")
                if "rx" not in rect.attrib and "url" not in rect.attrib["fill"]
            ],
            "texts": [
                [*(int(text.attrib[name]) for name in ("x", "y", "textLength")), text.get("fill")]
                for text in svg.iter(f"{SVG}text")
            ],
        }
        assert drawn == {name: recorded[name] for name in drawn}, recorded
        assert svg.get("height") == "20"


@pytest.mark.parametrize("style", STYLES)
def test_usual_label_is_that_of_the_parts_in_each_style(style: str) -> None:
    parts = render_badge_parts("ok", GREEN, " Acme\u202e ")
    svg = ET.fromstring(render_with_label(parts, parts.label, style))
    assert (parts.is_complete, svg.findtext(f"{SVG}title")) == (True, "Acme: ok")


def test_flat_badge_is_drawn_when_an_older_build_stored_the_parts() -> None:
    parts = render_badge_parts("ok", GREEN, "Acme")
    older = BadgeParts(parts.labelled, parts.bare, parts.message_width)
    assert not older.is_complete
    assert render_with_label(older, "x", "flat-square") == render_with_label(parts, "x")


@pytest.mark.parametrize("label", HOSTILE_LABELS)
def test_badge_stays_one_harmless_picture_when_the_label_is_hostile(label: str) -> None:
    svg = badge(label)
    shown = texts(svg)[0].text or ""
    assert shown == clean_text(label)
    assert 0 < len(shown) <= 100
    assert svg.get("aria-label") == svg.findtext(f"{SVG}title") == f"{shown}: ok"
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == {
        *("svg", "title", "linearGradient", "stop", "clipPath", "rect", "g", "text"),
    }
    assert not [name for element in svg.iter() for name in element.attrib if name.startswith("on")]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("  Acme \t\n Cloud\u00a0 ", "Acme Cloud"),
        ("a \u202e b", "a b"),
        ("pre\0post", "prepost"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u202e\0\u200b", ""),
        ("\u200d\u0301", ""),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 99 + "…"),
        ("x" * 98 + "  " + "y" * 9, "x" * 98 + "…"),
    ],
)
def test_label_is_one_clean_line_when_it_was_anything(given: str, shown: str) -> None:
    assert clean_text(given) == shown


@pytest.mark.parametrize("label", ["", "   ", "\u202e"])
def test_badge_has_no_left_part_when_the_label_shows_nothing(label: str) -> None:
    svg = badge(label, "operational")
    assert svg.get("width") == "73"
    assert svg.get("aria-label") == "operational"
    assert "#555" not in [rect.get("fill") for rect in svg.iter(f"{SVG}rect")]


def test_message_is_refused_when_it_shows_nothing() -> None:
    with pytest.raises(EmptyMessageError):
        render_badge_parts("\u200b \0", GREEN)


def test_message_is_escaped_and_cut_when_it_is_hostile() -> None:
    svg = badge("status", "<b>\0label\0</b>" + "!" * 10_000)
    assert texts(svg)[1].text == "<b>label</b>" + "!" * 87 + "…"


@pytest.mark.parametrize("colour", ["", "red", "#12", "#12345", "#ggg", '#fff"/>', "#fff\n", "fff"])
def test_colour_is_refused_when_it_is_not_hex(colour: str) -> None:
    with pytest.raises(HexColourError):
        render_badge_parts("ok", colour)


@pytest.mark.parametrize(
    ("colour", "dark"),
    # From badge-maker: 0.69 itself is still dark enough for white.
    [("#fff", True), ("#f2c230", True), ("#b0b0b0", False), ("#b1b1b1", False), ("#b2b2b2", True)]
    + [(name, False) for name in ("#000", "#4c1", "#97ca00", "#dfb317", GREEN)],
)
def test_text_turns_dark_when_the_background_is_brighter_than_069(colour: str, dark: bool) -> None:  # noqa: FBT001
    assert needs_dark_text(colour) is dark
    message = [text.get("fill") for text in badge("status", "ok", colour).iter(f"{SVG}text")][2:]
    assert message == (["#ccc", "#333"] if dark else ["#010101", "#fff"])


def test_same_bytes_come_out_when_drawn_again_or_sent_as_json() -> None:
    parts = render_badge_parts("All Systems Operational", GREEN)
    travelled = msgspec.json.decode(msgspec.json.encode(parts), type=BadgeParts)
    again = render_badge_parts("All Systems Operational", GREEN)
    assert parts == travelled == again
    assert (
        render_with_label(parts, "Acme")
        == render_with_label(travelled, "Acme")
        == render_with_label(again, "Acme")
    )


def test_ids_differ_when_several_badges_stand_in_one_document() -> None:
    drawn = [
        render_with_label(render_badge_parts(message, colour), label)
        for message in ("ok", "down")
        for colour in (GREEN, "#c62f2f")
        for label in ("", "a", "b")
    ]
    ids = [element.get("id") for svg in drawn for element in ET.fromstring(svg).iter()]
    named = [one for one in ids if one]
    assert len(named) == len(set(named)) == 2 * len(drawn)


def has_cairo() -> bool:
    try:
        importlib.import_module("cairosvg")
    except OSError:
        return False
    return True


def pixels(label: str, message: str) -> Image.Image:
    svg = render_with_label(render_badge_parts(message, GREEN), label)
    return Image.open(BytesIO(svg_to_png(svg))).convert("L")


def test_png_shows_whole_letters_inside_their_padding_when_cairo_is_there() -> None:
    if not has_cairo():
        with pytest.raises(PngUnavailable, match="libcairo2"):
            svg_to_png("<svg/>")
        return
    picture = pixels("", "Все системы работают без перебоев сегодня")
    ink = picture.point([255 * (value > 180) for value in range(256)]).getbbox()
    assert picture.size == (534, 40)
    assert ink is not None
    assert (ink[0], 534 - ink[2]) == pytest.approx((12, 12), abs=3)
    stem = pixels("l", "l").crop((0, 10, 26, 28)).tobytes()  # one unbroken bright run
    brightest = [max(stem[row * 26 : row * 26 + 26]) for row in range(18)]
    assert sum(value > 200 for value in brightest) >= 14


@pytest.mark.parametrize("address", ["file:///etc/hostname", "http://127.0.0.1:9/", "data:,x", "x"])
def test_png_is_refused_when_the_svg_reaches_outside(address: str) -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        f'<image href="{address}" width="9" height="9"/></svg>'
    )
    with pytest.raises(OutsideReferenceError if has_cairo() else PngUnavailable):
        svg_to_png(svg)


def test_png_names_the_library_to_install_when_cairo_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_name: str) -> None:
        raise OSError("no library called cairo was found")

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(PngUnavailable, match="libcairo2"):
        svg_to_png("<svg/>")
