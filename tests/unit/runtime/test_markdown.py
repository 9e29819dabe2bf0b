"""Owners' and monitors' words: what Markdown may do, and what it may not."""

import re
from cProfile import Profile

import pytest

from domain.runtime.markdown_rules import MARK, MARKS_MAX, PLAIN_TEXT_MAX, to_plain_text
from domain.runtime.messages import RenderedMessages, render_message
from workers.render.html import words


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "<p>plain</p>\n"),
        ("**bold** and *mild*", "<p><strong>bold</strong> and <em>mild</em></p>\n"),
        ("one\ntwo", "<p>one<br />\ntwo</p>\n"),
        ("`503`", "<p><code>503</code></p>\n"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"),
        (
            "[docs](https://example.com/a?b=1&c=2)",
            '<p><a rel="nofollow noopener ugc" href="https://example.com/a?b=1&amp;c=2">docs</a></p>\n',
        ),
        (
            "<https://e.example/a>",
            '<p><a rel="nofollow noopener ugc" href="https://e.example/a">https://e.example/a</a></p>\n',
        ),
        ("https://e.example/a", "<p>https://e.example/a</p>\n"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n"),
        ("|a|\n|-|\n|b|", "<p>|a|<br />\n|-|<br />\n|b|</p>\n"),
        ("# loud", "<p># loud</p>\n"),
        ("loud\n====", "<p>loud<br />\n====</p>\n"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("&lt;b&gt; &amp; &quot;", "<p>&lt;b&gt; &amp; &quot;</p>\n"),
        ("[Update]: Fixed.", "<p>[Update]: Fixed.</p>\n"),
        ("[EU]: down\nUS is fine.", "<p>[EU]: down<br />\nUS is fine.</p>\n"),
        ("3. c\n9. i", '<ol start="3">\n<li value="3">c</li>\n<li value="9">i</li>\n</ol>\n'),
        ("``` down", "<pre><code>down</code></pre>\n"),
        ("```json\n{}\n```", "<pre><code>json\n{}\n</code></pre>\n"),
        ("&zwnj;&#8203;&#0;&#x202e;", "<p>&amp;zwnj;&amp;#8203;&amp;#0;&amp;#x202e;</p>\n"),
        ("[](https://e.example)", "<p>[](https://e.example)</p>\n"),
        (
            '[a](/b "c")',
            '<p><a rel="nofollow noopener ugc" href="/b">a</a> (c)</p>\n',
        ),
        ("<!-- a -->\n\n<p>b</p>", "<p>&lt;!-- a --&gt;</p>\n<p>&lt;p&gt;b&lt;/p&gt;</p>\n"),
        ("*" * 1_100 + "a\nb\n\nc", f"<p>{'*' * 1_100}a<br />\nb</p>\n<p>c</p>\n"),
        ("", ""),
    ],
)
def test_words_become_this_html_when_they_say(text, html):
    assert words(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](vbscript:x)",
        "[x](file:///etc/passwd)",
        "[x](data:text/html,<script>1</script>)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "[x](ftp://e.example)",
        "[x](blob:https://e.example/a)",
        "[x](about:blank)",
        "[x](intent://e.example)",
        "[x](irc:e.example)",
        "[x](javascript&colon;alert(1))",
        "[x](java&#9;script:alert(1))",
        "[x](<java\tscript:alert(1)>)",
        "[x](<\x01javascript:alert(1)>)",
        "[x](<\u2028javascript:alert(1)>)",
        "[x](%6Aavascript:alert(1))",
        "[x](javascript%3Aalert(1))",
        "[x](j\\avascript:alert(1))",
        "[x](javascript\\:alert(1))",
        "<ftp://e.example>",
        "<x-custom:a>",
    ],
)
def test_no_link_is_made_when_its_address_would_run(text):
    assert "<a" not in words(text)


@pytest.mark.parametrize(
    "address",
    [
        "http://e.example",
        "https://e.example/a:b",
        "mailto:a@e.example",
        "tel:+49123",
        "/history",
        "history",
        "#now",
        "?a=b:c",
        "//e.example/a",
        "./a:b",
        "https://e.example/a_(b)",
    ],
)
def test_a_link_is_made_when_its_address_is_on_the_list(address):
    assert f'href="{address}"' in words(f"[x]({address})")


def test_no_picture_is_asked_for_when_words_want_one():
    html = words("![alt](https://tracker.example/p.png)")
    assert "<img" not in html
    assert html.startswith("<p>!<a rel=")


def test_an_address_stays_text_when_it_would_break_out_of_its_attribute():
    html = words('[x](https://e.example/"onmouseover="alert(1)) [y](<a"b> "t\'\\"<a href=")')
    assert '"onmouseover' not in html
    whole = re.findall(r'<a rel="nofollow noopener ugc" href="[^"<]*"(?: title="[^"<]*")?>', html)
    assert len(whole) == html.count("<a ") == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("see the [retry guide](https://e.example/a) **now**", "see the retry guide now"),
        ("`503` from <https://e.example>", "503 from https://e.example"),
        ("one\ntwo\n\nthree", "one\ntwo\nthree"),
        ("- one\n- two\n\n> three", "one\ntwo\nthree"),
        ("```\nGET /\n```", "GET /"),
        ("# loud", "# loud"),
        ("<b>x</b> &amp; y", "<b>x</b> & y"),
        ("![alt](https://e.example/p.png)", "!alt"),
        ("***", ""),
        ("", ""),
    ],
)
def test_words_are_plain_without_marks_and_addresses_when_they_say(text, said):
    assert to_plain_text(text) == said


def test_only_the_begin_is_told_when_words_are_long():
    assert to_plain_text("a" * 10_000) == "a" * PLAIN_TEXT_MAX


def test_a_message_is_parsed_once_when_it_is_published_again():
    kept = RenderedMessages(10_000)
    once = kept.of("*so*", "a build")
    assert kept.of("*so*", "a build") is once
    assert kept.of("*so*", "another build") is not once


def test_what_was_used_least_recently_goes_when_kept_messages_are_many():
    kept = RenderedMessages(4_000)
    first, *_ = (kept.of("a" * length, "a build") for length in range(100, 200))
    assert kept.size <= 4_000
    assert kept.of("a" * 100, "a build") is not first
    assert kept.of("b" * 5_000, "a build") == f"<p>{'b' * 5_000}</p>\n"
    assert kept.size <= 4_000


# What is sent a thousand times a day: sentences, lines, paragraphs.
PROSE = (
    "We are looking into slow answers of the API in Europe. Requests to the login service time"
    " out.\nMore news at 14:30 UTC, or earlier (if we can).\n\n"
)
SLOWER_AT_MOST = 20
HOSTILE = [
    "[", "![", "]", "](", "[a](", "[a](b)", "[a](b ", '[a](b "', "[a](<b", "[a]: b\n", "[a][b]",
    "(", "[a](\\(", "*", "_", "***", "*a", "*a* ", "**a ", "*a_ ", "_a*", "__*", "~~", "`", "`a`",
    "`a ``", "``a ", "<", "<a ", "<!--", "<!-- a -->\n", "<http://a", "<http://a.b>", "<a@b.c>",
    ">", "> ", "> a\n", "> > > > > > a\n", "&", "&amp;", "&#", "&#8203;", "&#x200b;", "&bogus;",
    "\\", "\\*", "\\\n", "a\n", "a  \n", "\n", "\t", "\ta\n", "- ", "- a\n", "- - - - a\n", "1. ",
    "1. a\n", "+\n", "-\n", "---\n", "    a\n", "```", "```\n", "``` a\n", "~~~\n", "# ", "===\n",
    "|-|\n", "{", "=", ":", '"', "'", "\u202e", "\u00e9",
]  # fmt: skip
# Of these with as many marks as are still parsed.
PARSED = [
    "[", "[a](b)", '[a](b "', "*a* ", "*a_ ", "`a` ", "``a ", "<a ", "<http://a.b>", "&#8203;",
    "> a\n", "> > > > > a\n", "a\n", "- a\n", "- - - - a\n", "1. a\n", "\ta\n", "``` a\n", "\\*",
]  # fmt: skip
DEEP = [
    "> " * 8 + "a\n" * 950,
    "- " * 4 + "a\n" + "        a\n" * 950,
    "".join("  " * depth + "- a\n" for depth in range(90)),
    "".join("`" * length + " " for length in range(1, 130)),
    "[" * 900 + "a" + "](b)" * 900,
    "*" * 400 + "a" + "_" * 400 + "*" * 199,
]


def counted(text: str) -> int:
    """How many functions are called to render a text: the same on every machine."""
    profile = Profile()
    profile.runcall(render_message, text)
    return sum(entry.callcount for entry in profile.getstats())


def longest(unit: str, room: int) -> str:
    """As often as it may be before a message counts as written in no Markdown, then words."""
    marks = max(1, sum(1 for _ in MARK.finditer(unit * 10)) / 10)
    return (unit * min(int(room / marks), 10_000) + "a" * 10_000)[:10_000]


def test_no_message_costs_more_than_so_many_plain_ones_whatever_it_says():
    # Given what a plain message of the greatest length costs
    render_message(PROSE)
    most = SLOWER_AT_MOST * counted((PROSE * 100)[:10_000])

    # Then none of that length costs more, neither full of one thing nor with as much as is parsed
    full = [(unit * 10_000)[:10_000] for unit in HOSTILE]
    parsed = [longest(unit, MARKS_MAX) for unit in PARSED]
    costs = {
        text[:20] + f"… ({text.count(text[0])})": counted(text) for text in full + parsed + DEEP
    }
    assert {text: cost for text, cost in costs.items() if cost > most} == {}
