"""Whatever is written in a field is text, everywhere, and bends no layout."""

from xml.etree import ElementTree as ET

import pytest

from domain.page.commands import ChangePage
from domain.page.settings import Appearance
from domain.runtime.badge import clean_text
from domain.text import clean_line
from tests.browser.stage import address, write
from tests.support.actors import Actors
from tests.support.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCRIPT = "</title></style></script><script>window.pwned=1</script><img src=x onerror=pwned=1>"
MARKUP = "\"' onmouseover=pwned=1 x='</svg><b>&lt;&amp;{{ 7*7 }}{% raw %}]]><!--"
BIDI = "\u202eevil\u2066\u2067 \u061c\u200f\u200bname\u202d"
EMOJI = "👩🏽‍🚀🏳️‍🌈" * 8 + " 🇩🇪"
ARABIC = "حالة النظام " * 6
LONG_WORD = "W" * 100
NAMES = [name[:100].strip() for name in (SCRIPT, MARKUP, BIDI, EMOJI + ARABIC, LONG_WORD)]
KEPT = [clean_line(name) for name in NAMES]  # what turns a line around is left out of names
BODY = "\n\n".join(
    [
        SCRIPT,
        MARKUP,
        BIDI,
        EMOJI,
        ARABIC,
        "<style>body{display:none}</style>",
        "[x](javascript:pwned=1) [y](data:text/html,<script>1</script>) <javascript:pwned=1>",
        "![z](https://tracker.example/z.png)",
        "```\n" + "c" * 400 + "\n```",
        "# " + "h" * 300,
        "> " * 40 + "deep",
        "[" * 300 + "*_`" * 200,
    ]
)
BODY += "\n\n" + "w" * (10_000 - len(BODY) - 2)
FOREIGN = (
    "main script, main style, img, iframe, object, main [onerror], main [onmouseover],"
    " .name b, .words b"
)


@pytest.fixture(scope="module")
def hostile(system):
    """A page with something hostile in every field."""
    with Actors(system) as actors:
        yield made_by(actors)


def made_by(actors):
    owner = actors.owner()
    page = owner.page(NAMES[0])
    for name in NAMES:
        page.leaf(name, description=(name + " ") * 9, status="partial")
    look = Appearance(labels=dict.fromkeys(STATUSES, MARKUP), headlines=HEADLINES)
    write(actors.system, page.id, ChangePage(description=BODY[:1000], look=look))
    monitor = actors.monitor(page)
    for name in NAMES:
        affected = [{"component": other, "status": "outage"} for other in NAMES]
        opened = monitor.open(name * 2, body=BODY, components=affected)
        assert opened.status_code == 201, opened.text
    page.incident = opened.json()["data"]["id"]
    return page


STATUSES = ("operational", "degraded", "partial", "outage", "maintenance")
HEADLINES = dict.fromkeys(STATUSES, SCRIPT)


def test_text_is_text_when_it_stands_on_a_document(hostile, actors, tab):
    look = tab(address(actors.system, hostile.host), width=390)
    for path in ("/", "/history", f"/incidents/{hostile.incident}"):
        look.go(address(actors.system, hostile.host, path))
        assert look.page.evaluate("window.pwned") is None
        assert look.page.locator(FOREIGN).count() == 0
        assert look.page.locator("a[href^='javascript:'], a[href^='data:']").count() == 0
        assert look.overflow() == [], path
        assert look.page.locator("h1").text_content() == KEPT[0]
        assert look.complaints == []
    assert not [url for url in look.requests if "tracker" in url]


def test_text_is_itself_when_it_stands_in_the_tree(hostile, actors, tab):
    page = tab(address(actors.system, hostile.host), width=390).page
    names = page.locator(".tree .name").evaluate_all("n => n.map(x => x.firstChild.textContent)")
    assert names == KEPT
    assert set(page.locator(".tree .st").all_text_contents()) == {MARKUP}
    assert page.locator(".hero strong").text_content() == SCRIPT
    # And in the card of a day
    page.locator(".bar").first.focus()
    assert page.locator(".tip").count() == 1
    assert page.locator(".tip :not(a,b,i,em)").count() == 0


def test_text_is_itself_when_programs_read_it(hostile, actors):
    visitor = actors.visitor(hostile)
    told = visitor.json()
    assert told["page"]["name"] == KEPT[0]
    assert told["status"]["description"] == SCRIPT
    assert [leaf["name"] for leaf in told["components"]] == KEPT
    assert {leaf["label"] for leaf in told["components"]} == {MARKUP}
    assert told["incidents"][0]["latestUpdate"]["body"] == BODY
    assert visitor.get("/status.json").headers["x-content-type-options"] == "nosniff"


def test_text_is_text_when_it_stands_on_a_badge(hostile, actors):
    visitor = actors.visitor(hostile)
    leaf = visitor.json()["components"][0]["id"]
    asked = {"label": SCRIPT}
    for path, query in (("/badge.svg", {}), ("/badge.svg", asked), (f"/badge/{leaf}.svg", {})):
        answer = cold(visitor, path, query)
        drawing = ET.fromstring(answer.text)
        tags = {node.tag.rpartition("}")[2] for node in drawing.iter()}
        assert not tags & {"script", "image", "style", "foreignObject"}
        shown = {node.text for node in drawing.iter() if node.text}
        assert clean_text(MARKUP if leaf in path else SCRIPT) in shown


def test_pictures_are_drawn_when_texts_are_hostile(hostile, actors):
    visitor = actors.visitor(hostile)
    for path in ("/badge.png", "/og.png"):
        assert cold(visitor, path).content.startswith(b"\x89PNG")


def cold(visitor, path, query=None):
    """An artifact that may be rendered on this very ask."""
    answers = []

    def arrived():
        answers.append(visitor.get(path, params=query or {}))
        return answers[-1].status_code != 503

    wait_until(arrived, f"{path} is drawn")
    assert answers[-1].status_code == 200, answers[-1].text
    return answers[-1]
