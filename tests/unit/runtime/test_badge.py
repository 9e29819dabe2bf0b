"""The flat badge: its geometry beside badge-maker's, hostile labels, and its picture as PNG."""

# ruff: noqa: RUF001 - letters of many scripts are what is tested

import importlib
from io import BytesIO
from xml.etree import ElementTree as ET

import msgspec
import pytest
from PIL import Image

from domain.runtime.badge import (
    BadgeParts,
    HexColourError,
    clean_text,
    needs_dark_text,
    render_with_label,
)
from domain.runtime.text_width import badge_width
from workers.render.badge import EmptyMessageError, render_badge_parts
from workers.render.png import OutsideReferenceError, PngUnavailable, svg_to_png

SVG = "{http://www.w3.org/2000/svg}"
GREEN = "#0b7a43"

# What badge-maker 6.0.0 draws: label, message, width, (x, textLength) of the label, of the message.
DRAWN_BY_BADGE_MAKER = [
    ("status", "All Systems Operational", 186, (225, 330), (1135, 1330)),
    ("status", "major outage", 128, (225, 330), (845, 750)),
    ("", "operational", 73, (0, 0), (365, 630)),
    ("", "All Systems Operational", 143, (0, 0), (715, 1330)),
    ("status", "operational", 116, (225, 330), (785, 630)),
    ("Acme Cloud", "Degraded Performance", 212, (385, 650), (1425, 1270)),
    ("Acme Cloud", "Partial System Outage", 208, (385, 650), (1405, 1230)),
    ("Acme", "Major Service Outage", 170, (215, 310), (1045, 1190)),
    ("API", "Under Maintenance", 146, (155, 190), (865, 1070)),
    ("uptime", "99.98%", 102, (255, 390), (745, 430)),
    ("uptime", "100%", 92, (255, 390), (695, 330)),
    ("a", "b", 34, (95, 70), (245, 70)),
    ("i", "l", 26, (75, 30), (185, 30)),
    ("W", "M", 40, (115, 110), (295, 90)),
    ("WWWWWWWWWW", "iiiiiiiiii", 160, (605, 1090), (1385, 310)),
    ("build #42", "passing", 114, (325, 530), (875, 410)),
    ("a & b", "<ok>", 80, (205, 290), (585, 310)),
    ('say "hi"', "it's up", 96, (275, 430), (735, 330)),
    ("x@example.com", "200 OK", 152, (515, 910), (1255, 410)),
    ("[core]", "{json} | ~ ^ `", 136, (225, 330), (885, 830)),
    ("$5.00", "50¢ · £3 · ¥9 · €7", 150, (215, 310), (945, 990)),
    ("Café", "Fonctionne à merveille", 170, (185, 250), (1015, 1250)),
    ("Störungen", "Größere Störung", 170, (345, 570), (1175, 930)),
    ("Estado", "Mantenimiento en curso", 190, (245, 370), (1175, 1330)),
    ("Señal", "¿Está caído? ¡No!", 146, (215, 310), (925, 950)),
    ("Zażółć gęślą jaźń", "działa", 146, (535, 950), (1245, 310)),
    ("Přehled", "všechny služby fungují", 186, (265, 410), (1175, 1250)),
    ("İstanbul", "çalışıyor", 110, (285, 450), (815, 450)),
    ("Trạng thái", "Đang hoạt động bình thường", 236, (345, 570), (1505, 1590)),
    ("Статус", "Все системы работают", 186, (245, 370), (1155, 1290)),
    ("Стан", "Усі системи працюють їжак", 202, (195, 270), (1185, 1550)),
    ("Κατάσταση", "Όλα λειτουργούν", 174, (355, 590), (1205, 950)),
    ("状态", "所有系统正常", 110, (175, 230), (705, 670)),
    ("systems", "全部正常", 110, (285, 450), (815, 450)),
    ("“quoted” – status", "… wait — what?", 204, (545, 970), (1545, 870)),
    ("№ 5", "™ © ®", 84, (175, 230), (575, 410)),
    ("✓ ok", "✗ no → later", 112, (185, 250), (725, 670)),
    ("● live", "■ □ ▲ ▼", 96, (205, 290), (665, 470)),
    (
        "A very long label that goes on and on about the state of things",
        "short",
        398,
        (1805, 3490),
        (3775, 290),
    ),
    ("0123456789", "9876543210", 158, (405, 690), (1175, 690)),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", 378, (1045, 1970), (2915, 1610)),
]

# Where badge-maker takes every character for an "m", these count what a reader sees.
WIDTHS_OF_OUR_OWN = [
    ("cafe\u0301", 23),  # a combining accent takes no room
    ("a\u200bb\u2060c", 19),  # nor does what can't be seen
    ("상태", 23),
    ("ステータス", 55),
    ("ｽﾃｰﾀｽ", 27),
    ("\U0001f680", 13),
    ("\U0001f469\u200d\U0001f4bb", 13),  # one picture made of two
    ("\U0001f44d\U0001f3fd", 13),  # one thumb with a skin tone
    ("\U0001f1e9\U0001f1ea", 13),  # one flag made of two letters
    ("שלום", 25),
]

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


def placed(text: ET.Element) -> tuple[int, int]:
    return int(text.attrib["x"]), int(text.attrib["textLength"])


@pytest.mark.parametrize(
    ("label", "message", "width", "label_placed", "message_placed"), DRAWN_BY_BADGE_MAKER
)
def test_geometry_equals_badge_makers_when_its_font_table_knows_the_characters(
    label: str,
    message: str,
    width: int,
    label_placed: tuple[int, int],
    message_placed: tuple[int, int],
) -> None:
    svg = badge(label, message)
    expected = [label_placed, message_placed] if label else [message_placed]
    assert (svg.get("width"), svg.get("height")) == (str(width), "20")
    assert [placed(text) for text in texts(svg)] == expected
    assert [text.text for text in texts(svg)] == [*([label] if label else []), message]


def test_halves_are_43_and_143_pixels_when_status_says_all_systems_operational() -> None:
    svg = badge("status", "All Systems Operational")
    backgrounds = [
        rect.get("width") for rect in svg.iter(f"{SVG}rect") if "url" not in str(rect.attrib)
    ]
    assert backgrounds == ["186", "43", "143"]  # the clip's, the label's, the message's


@pytest.mark.parametrize(("text", "width"), WIDTHS_OF_OUR_OWN)
def test_width_is_what_a_reader_sees_when_badge_maker_would_guess(text: str, width: int) -> None:
    assert badge_width(text) == width


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
