"""Messages: whatever was sent, each of its letters and digits can be read where it is rendered."""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

from hypothesis import example, given
from hypothesis import strategies as st

from domain.runtime.markdown_rules import MARKS_MAX, to_plain_text
from domain.runtime.messages import render_message

MARKS = [
    *"[]()<>!*_`#&|~=-+\\\"'",
    " ", "  ", "    ", "\t", "\n", "\n\n", "  \n", "\\\n", "> ", ">", "- ", "* ", "+ ", "# ",
    "```", "~~~", "``", "**", "__", "***", "---", "===", "<!--", "-->", "<b>", "</b>", "<a href=",
    "](", "]: ", "![", "[x]: /u", "[x]", "[](", '(/u "t")', "</u>", "1. ", "7) ", "10. ",
    "1234567890. ", "&amp;", "&lt;", "&nbsp;", "&#38;", "&bogus;", "&#", "&#x", "http://", "//",
    "<https://e.example/", "javascript:", "|-|", ":", "@e.example>", "%41", "é", "ß", "漢",
]  # fmt: skip
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=12)
TEXTS = st.lists(st.sampled_from(MARKS) | WORDS, max_size=30).map("".join)

OURS = {"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a", "hr"}


class Reader(HTMLParser):
    """What can be read of HTML: its text, the numbers of items, and where links lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read: list[str] = []
        self.leads_to: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "li":
            self.read.append(given.get("value") or "")
        if tag == "a":
            # What is not ASCII is written in percents there; what was sent in them stays so.
            written = re.sub(r"(?:%[89A-F][0-9A-F])+", lambda m: unquote(m[0]), given["href"])
            self.leads_to.append(written)

    def handle_endtag(self, tag):
        if tag == "a":
            self.read.append(self.leads_to.pop())

    def handle_data(self, data):
        self.read.append(data)


def readable(html: str) -> str:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.read)


def letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def sent(text: str) -> str:
    """The letters of a text, an entity as what it stands for; zeros before a number say nothing."""
    decoded = re.sub(
        r"&(?:#x?[0-9a-f]+|[a-z]+);", lambda m: unescape(m[0]), text, flags=re.IGNORECASE
    )
    return letters(re.sub(r"(?<!\d)0+(?=\d+[.)])", "", decoded))


def missing(expected: str, found: str) -> str:
    """The first letters of `expected` that don't come, in its order, in `found`."""
    rest = iter(found)
    for at, letter in enumerate(expected):
        if letter not in rest:
            return expected[at : at + 20]
    return ""


@given(TEXTS)
@example("[Update]: Fixed.")
@example("[EU]: down\nUS is fine.")
@example(">" * 25 + " DATABASE DOWN")
@example("- " * 12 + "twelve deep")
@example("1. " * 30 + "thirty deep")
@example("``` DATABASE DOWN")
@example("~~~ a b c\nd\n~~~")
@example('[a](/u "and more")')
@example("[](https://e.example/only)")
@example("3. three\n9. nine\n9. nine again")
@example("![chart](https://e.example/chart.png)")
@example("<!-- hidden -->\n\nseen")
@example("<div>\nin a block\n</div>")
@example("[a [b](/c) d](/e)")
@example("[" * 50 + "deep" + "](/u)" * 50)
@example("a\\\nb  \nc")
@example("*a " * (MARKS_MAX + 1))
@example("<é@e.example> <http://é.example/%41?é#é>")
def test_each_letter_can_be_read_in_our_elements_whatever_was_sent(text):
    html = render_message(text)
    assert missing(sent(text), letters(readable(html))) == ""
    assert set(re.findall(r"<(\w+)", html)) <= OURS
    assert isinstance(to_plain_text(text), str)
