"""Laws of the badge: whatever the label, it is one well-formed, self-contained picture."""

import re
from xml.etree import ElementTree as ET

import msgspec
from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.runtime.badge import BadgeParts, clean_text, render_with_label
from domain.runtime.text_width import badge_width, text_width
from workers.render.badge import render_badge_parts

SVG = "{http://www.w3.org/2000/svg}"
ROUNDING = 1e-6

HOSTILE = st.sampled_from(
    "\0\t\n\x1b\x85<>&\"'{%}#…W \u00ad\u0301\u061c\u200c\u200d\u200e\u2028\u202e\u2069\ufe0f\ufffe"
    "אب漢한カ\u1161\U0001f1e9\U0001f3fd\U0001f469\U0001f680\U000e0067\U0010ffff"
)
LABELS = st.text() | st.text(HOSTILE, max_size=150)
MESSAGES = LABELS.filter(clean_text)
COLOURS = st.from_regex(r"#(?:[0-9a-fA-F]{3}){1,2}", fullmatch=True)
PARTS = st.builds(render_badge_parts, MESSAGES, COLOURS)


@given(PARTS, LABELS)
def test_badge_is_well_formed_and_says_its_name_when_label_and_message_are_anything(
    parts: BadgeParts, label: str
) -> None:
    svg = ET.fromstring(render_with_label(parts, label))
    words = [text.text for text in svg.iter(f"{SVG}text") if text.get("aria-hidden") is None]
    assert svg.get("aria-label") == svg.findtext(f"{SVG}title") == ": ".join(map(str, words))
    assert len(words) == (2 if clean_text(label) else 1)


@given(PARTS, LABELS)
def test_badge_refers_to_its_own_ids_only_when_label_and_message_are_anything(
    parts: BadgeParts, label: str
) -> None:
    drawn = render_with_label(parts, label)
    ids = {element.get("id") for element in ET.fromstring(drawn).iter()} - {None}
    used = {v for e in ET.fromstring(drawn).iter() for v in e.attrib.values() if v[:3] == "url"}
    assert used == {f"url(#{name})" for name in ids}


@given(PARTS, LABELS)
def test_both_parts_hold_their_text_when_label_and_message_are_anything(
    parts: BadgeParts, label: str
) -> None:
    svg = ET.fromstring(render_with_label(parts, label))
    whole, *halves = [int(rect.attrib["width"]) for rect in svg.iter(f"{SVG}rect")]
    assert sum(halves[:-1]) == whole == halves[-1] == int(svg.attrib["width"])
    for text in svg.iter(f"{SVG}text"):
        half = int(text.attrib["textLength"]) / 2
        assert int(text.attrib["x"]) - half >= 50
        assert int(text.attrib["x"]) + half <= 10 * whole - 40


@given(PARTS, LABELS)
def test_bytes_are_the_same_when_the_parts_travelled(parts: BadgeParts, label: str) -> None:
    travelled = msgspec.json.decode(msgspec.json.encode(parts), type=BadgeParts)
    assert render_with_label(travelled, label).encode() == render_with_label(parts, label).encode()


@given(PARTS, LABELS, LABELS)
def test_ids_differ_when_labels_differ(parts: BadgeParts, one: str, other: str) -> None:
    assume(clean_text(one) != clean_text(other))
    first, second = (
        set(re.findall(r' id="(\w+)"', render_with_label(parts, x))) for x in (one, other)
    )
    assert len(first) == len(second) == 2
    assert not first & second


@given(LABELS)
@example("x" * 99 + " " + "y")
@example("\u200d" * 200)
def test_clean_text_stays_as_it_is_when_cleaned_again(label: str) -> None:
    cleaned = clean_text(label)
    assert clean_text(cleaned) == cleaned
    assert len(cleaned) <= 100
    assert cleaned == " ".join(cleaned.split())
    assert not set(cleaned) & set("\0\x1b\u200e\u200f\u061c\u202a\u202e\u2066\u2069\ufffe\uffff")


@given(LABELS, LABELS)
def test_width_never_shrinks_when_text_is_added(start: str, end: str) -> None:
    assert text_width(start + end) >= text_width(start) - ROUNDING
    assert text_width(start + end) <= text_width(start) + text_width(end) + 2 * 13.75


@given(st.text(st.characters(codec="latin-1")), st.text(st.characters(codec="latin-1")))
def test_width_is_the_sum_when_nothing_melts_together(start: str, end: str) -> None:
    assert abs(text_width(start + end) - text_width(start) - text_width(end)) < ROUNDING


@given(LABELS)
def test_badge_width_is_odd_and_a_pixel_at_most_wider_when_rounded(text: str) -> None:
    assert badge_width(text) % 2 == 1
    assert -1 < badge_width(text) - text_width(text) <= 1
