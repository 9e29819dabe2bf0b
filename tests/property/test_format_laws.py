"""Laws of feeds and calendar: well-formed whatever people write, and the same for the same page."""

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import icalendar
import msgspec
import pytest
from hypothesis import given, settings

from domain.page.state import Page
from domain.store.postgres.save import save_page
from tests.property.strategies import pages
from tests.property.test_page_store_laws import RECENTLY, RolledBack
from workers.render.eager import build_render_context
from workers.render.formats.calendar import render_calendar
from workers.render.formats.feed_entries import build_entries
from workers.render.formats.feeds import render_atom, render_json_feed, render_rss

pytestmark = pytest.mark.usefixtures("store")

TODAY = date(2026, 4, 1)
ATOM = "{http://www.w3.org/2005/Atom}"
RENDERERS = (render_atom, render_rss, render_json_feed, render_calendar)


def render_all(conn, page):
    """Each document of a page that is stored."""
    context = build_render_context(page, TODAY)
    return [render(conn, context, "") for render in RENDERERS], build_entries(conn, context)


def is_xml_character(character):
    """Whether XML 1.0 can contain a character (production 2)."""
    code = ord(character)
    return (
        character in "\t\n\r"
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or code >= 0x10000
    )


def in_xml(text):
    """A text as XML can have it."""
    return "".join(c if is_xml_character(c) else "\N{REPLACEMENT CHARACTER}" for c in text)


def visible(text):
    """A text without controls and ends of lines."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "", text)


@settings(max_examples=60)
@given(pages(RECENTLY))
def test_every_reader_gets_the_text_that_was_written_whatever_it_is(page):
    # Given a page of any content
    with RolledBack() as conn:
        save_page(conn, Page(page.id), page, 1)

        # When its documents are rendered
        (atom, rss, feed, calendar), entries = render_all(conn, page)

    # Then each can be parsed, and has the titles and messages letter by letter
    written = [(e.id, in_xml(e.incident.title), in_xml(e.content)) for e in entries]
    found = ET.fromstring(atom).iter(f"{ATOM}entry")
    names = [f"{ATOM}{name}" for name in ("id", "title", "content")]
    assert [tuple(e.findtext(name) for name in names) for e in found] == written
    items = ET.fromstring(rss).iter("item")
    names = ["guid", "title", "description"]
    assert [tuple(i.findtext(name) for name in names) for i in items] == written
    items = msgspec.json.decode(feed)["items"]
    assert [(i["id"], i["title"], i["content_html"]) for i in items] == [
        (e.id, e.incident.title, e.content) for e in entries
    ]

    # And so can the calendar, whose lines are short
    lines = calendar.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    plans = {
        str(event["UID"]).partition("@")[0]: visible(event["SUMMARY"])
        for event in icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    }
    titles = {i.id: i.title for i in page.incidents.values()}
    titles |= {c.id: c.title for c in page.cancelled_maintenances.values()}
    assert plans == {id_: visible(titles[id_]) for id_ in plans}


@settings(max_examples=20)
@given(pages(RECENTLY))
def test_ids_and_bytes_stay_when_a_page_is_the_same_and_its_host_another(page):
    # Given a page, and the same one on another host
    page = replace(page, host="acme.localhost")
    moved = replace(page, host="status.example")
    with RolledBack() as conn:
        save_page(conn, Page(page.id), page, 1)

        # When both are rendered, and one of them twice
        first, again, elsewhere = (render_all(conn, one) for one in (page, page, moved))

    # Then its bytes are the same, and on the other host only the addresses are others
    assert first == again
    for here, there in zip(first[0], elsewhere[0], strict=True):
        unfolded = (document.replace(b"\r\n ", b"") for document in (here, there))
        assert len(set(map(without_host, unfolded))) == 1


def without_host(document):
    """A document without the addresses of its page."""
    return re.sub(rb"https?://(acme\.localhost|status\.example)(:[0-9]+)?/", b"/", document)
