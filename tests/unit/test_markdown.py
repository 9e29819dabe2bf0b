"""Owners' and monitors' words: what Markdown may do, and what it may not."""

import re
import time

import pytest

from domain.store.markdown import GLANCE, plain
from workers.render.markdown import words


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
    ],
)
def test_no_link_is_made_when_its_address_would_run(text):
    assert "<a" not in words(text)


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
    assert plain(text) == said


def test_only_the_begin_is_told_when_words_are_long():
    assert plain("a" * 10_000) == "a" * GLANCE


@pytest.mark.parametrize(
    "text",
    ["[" * 10_000, "*a_" * 3_333, "> " * 5_000, "`" * 9_999, "- " * 5_000, "![" * 5_000,
     "<a " * 3_333, "[a](" * 2_500, "&" * 10_000, "***" * 3_333 + "a"],
)  # fmt: skip
def test_words_are_rendered_soon_when_they_were_made_to_be_slow(text):
    began = time.process_time()
    words(text)
    assert time.process_time() - began < 2
