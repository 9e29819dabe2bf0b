"""The owner's face on every document of a page's host, notices included."""

import pytest
from playwright.sync_api import expect

from domain.page.commands import ChangePage
from domain.page.settings import LINK_LABEL_LIMIT, Font, Link, Mode, Place
from tests.browser.faults import faults
from tests.browser.stage import address, write
from workers.render.png import LEGIBLE, channels, choose_ink, contrast

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

BAND = "#ffe9b0"
LINKS = (
    Link("Support", "mailto:help@acme.com"),
    Link("W" * LINK_LABEL_LIMIT, "https://acme.com/wide"),
    Link("تواصل معنا", "https://acme.com/ar"),
    Link("Imprint", "https://acme.com/imprint?a=b&c=d", Place.FOOTER),
    Link("<b>Privacy</b>", "https://acme.com/privacy", Place.FOOTER),
)


@pytest.fixture
def page(actors):
    """A page of Ada's with all of a face, and an incident."""
    page = actors.page("API")
    face = ChangePage(header=BAND, font=Font.SERIF, accent="#6d4aff", links=LINKS)
    write(actors.system, page.id, face)
    page.incident = actors.monitor(page).open("Slow", body="We look.")
    return page


def rgb(colour):
    return "rgb({}, {}, {})".format(*(round(255 * part) for part in channels(colour)))


def links_in(look, part):
    found = look.page.locator(f"{part} nav a[rel=noopener]")
    return found.evaluate_all("nodes => nodes.map(a => [a.textContent, a.getAttribute('href')])")


def told(place):
    return [[link.label, link.url] for link in LINKS if link.place is place]


@pytest.mark.parametrize(("width", "theme"), [(320, "light"), (390, "dark"), (1280, "light")])
def test_every_document_of_the_host_wears_the_owners_face(actors, tab, page, width, theme):
    # Given a page with a header colour, a font and five links
    look = tab(address(actors.system, page.host), width=width, theme=theme)

    for path in ("/", "/history", f"/incidents/{page.incident}", "/nothing-here"):
        look.go(address(actors.system, page.host, path))

        # Then each document has them, the one for a wrong address too
        header, body = look.page.locator("header"), look.page.locator("body")
        expect(header).to_have_css("background-color", rgb(BAND))
        expect(header).to_have_css("color", rgb(choose_ink(BAND)))
        assert "Charter" in body.evaluate("node => getComputedStyle(node).fontFamily")
        assert links_in(look, "header") == told(Place.HEADER)
        assert links_in(look, "footer") == told(Place.FOOTER)
        # And nothing sticks out, is too small, against the policy or a fault
        assert look.overflow() == [], path
        assert look.small_text() == [], path
        assert faults(look) == [], path
        assert [said for said in look.complaints if "404" not in said] == []


def test_a_label_stands_in_its_own_direction_when_it_is_arabic(actors, tab, page):
    look = tab(address(actors.system, page.host))
    label = look.page.locator("header nav bdi").last
    assert label.evaluate("node => getComputedStyle(node).direction") == "rtl"


def test_a_notice_follows_the_owners_theme_when_it_is_light(actors, tab, page):
    write(actors.system, page.id, ChangePage(mode=Mode.LIGHT))
    look = tab(address(actors.system, page.host, "/nothing-here"), theme="dark")
    expect(look.page.locator("body")).to_have_css("background-color", rgb("#f7f8fa"))


def test_paper_has_dark_text_when_the_header_has_white_one(actors, tab, page):
    write(actors.system, page.id, ChangePage(header="#3b1d8f"))
    look = tab(address(actors.system, page.host))
    assert contrast("#ffffff", "#3b1d8f") >= LEGIBLE
    look.page.emulate_media(media="print")
    expect(look.page.locator("h1 a")).to_have_css("color", rgb("#131820"))


def test_a_hidden_page_shows_nothing_of_its_face(actors, page):
    # Given a page that was public
    visitor = actors.visitor(page)
    assert "Imprint" in visitor.get("/nothing-here").text

    # When it is hidden
    write(actors.system, page.id, ChangePage(is_public=False))

    # Then no answer of its host names it
    for path in ("/", "/history", "/nothing-here"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert "Imprint" not in answer.text
        assert "Acme" not in answer.text


def test_a_name_of_two_words_is_one_line_when_a_phone_shows_an_incident(demo, tab):
    look = tab(demo, width=390)
    look.go(demo + look.page.locator("h3 a").first.get_attribute("href"))
    mark, name = look.page.locator(".brand a"), look.page.locator(".brand bdi")
    expect(name).to_have_text("Lumen Cloud")
    assert name.bounding_box()["height"] < mark.bounding_box()["height"]
    assert look.page.locator("header nav").bounding_box()["y"] > name.bounding_box()["y"]
