"""Pages of every kind in Chromium, without a system: order, grid, folds, search, theme, axe."""

import pytest
from playwright.sync_api import expect

from domain.runtime.template_loader import colours
from domain.status import Status
from tests.browser.faults import faults
from tests.browser.scenes import SCENES
from tests.browser.stage import LIMIT_MS, Look
from tests.support.small_page import TODAY
from workers.render.eager import render_eager
from workers.render.png import channels

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SHIFTS = """() => new Promise(resolve => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => { sum += entry.value; }))
    .observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})"""


@pytest.fixture
def scene(chromium):
    """Open scenes: `scene("demo", width=390)` opens one as its page's host would send it."""
    contexts = []

    def opened(name, *, width=1280, theme="dark", **more):
        fields = render_eager(SCENES[name](), TODAY)[0]
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, timezone_id="UTC", **more
        )
        contexts.append(context)
        context.set_default_timeout(LIMIT_MS)
        headers = {"Content-Security-Policy": fields["csp"].decode()}
        answer = {"body": fields["index.html"], "headers": headers, "content_type": "text/html"}
        context.route("http://scene.test/", lambda route: route.fulfill(**answer))
        look = Look(context.new_page())
        look.page.goto("http://scene.test/")
        return look

    yield opened
    for context in contexts:
        context.close()


def rgb(colour):
    return "rgb({}, {}, {})".format(*(round(255 * part) for part in channels(colour)))


@pytest.mark.parametrize("name", SCENES)
def test_nothing_sticks_out_moves_or_is_too_small_when_the_page_is(scene, name):
    for width in (320, 390, 768, 1920):
        look = scene(name, width=width)
        assert look.overflow() == [], width
        assert look.small_text() == [], width
        assert look.page.evaluate(SHIFTS) == 0, width
        assert look.complaints == []


@pytest.mark.parametrize("name", sorted(SCENES.keys() - {"fourhundred"}))
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_when_the_page_is(scene, name, width):
    assert faults(scene(name, width=width)) == []


def test_incidents_stand_by_impact_then_newest_with_its_colour_and_word(scene):
    cards = scene("mixed").page.locator("[data-part=active] article")
    found = cards.evaluate_all(
        "cards => cards.map(card => [card.querySelector('h3').textContent,"
        " card.querySelector('.st')?.textContent || '', getComputedStyle(card).borderLeftColor])"
    )
    fill = {status: rgb(colours()["dark"][f"fill_{status}"]) for status in Status}
    assert [tuple(card) for card in found[:4]] == [
        ("Power loss in Dublin", "Critical", fill["outage"]),
        ("Messages are late", "Major", fill["partial"]),
        ("Invoices without VAT", "Minor", fill["degraded"]),
        ("Slow dashboard", "Minor", fill["degraded"]),
    ]
    assert found[4][:2] == ["Certificates expire tomorrow", ""]
    assert found[4][2] not in fill.values()


def test_the_latest_message_is_first_and_older_ones_fold_after_three(scene):
    card = scene("mixed").page.locator("article", has_text="Power loss in Dublin").first
    words = card.locator(".words")
    expect(words.first).to_have_css("font-size", "17px")
    assert words.evaluate_all("nodes => nodes.filter(n => n.checkVisibility()).length") == 4
    card.get_by_text("2 older updates").click()
    assert words.evaluate_all("nodes => nodes.filter(n => n.checkVisibility()).length") == 6


@pytest.mark.parametrize("name", ["demo", "mixed", "out"])
def test_chips_stand_below_the_words_when_the_window_is_a_phones(scene, name):
    found = (
        scene(name, width=390)
        .page.locator("[data-part=active] article")
        .evaluate_all(
            "cards => cards.filter(card => card.querySelector('.chips')).map(card =>"
            " [card.querySelector('.words').getBoundingClientRect().bottom,"
            "  card.querySelector('.chips').getBoundingClientRect().top,"
            "  card.querySelectorAll('.chips li').length])"
        )
    )
    assert found
    assert all(words <= chips and count <= 6 for words, chips, count in found)


def test_only_what_is_affected_is_open_when_there_are_four_hundred(scene):
    page = scene("fourhundred", width=390).page
    assert (
        page.locator(".leaf").evaluate_all(
            "rows => rows.filter(row => row.checkVisibility()).length"
        )
        == 2
    )
    assert page.locator("[data-part=tree]").bounding_box()["height"] < 2_500


def test_a_component_is_found_when_its_name_is_typed(scene):
    page = scene("fourhundred").page
    field = page.get_by_label("Search components")
    shown = "rows => rows.filter(row => row.checkVisibility()).map(r => r.querySelector('bdi').textContent)"  # noqa: E501 - one expression
    before = page.locator(".leaf").evaluate_all(shown)
    field.fill("SERVICE 7.1.4")
    assert page.locator(".leaf").evaluate_all(shown) == ["Service 7.1.4"]
    expect(page.locator("#live")).to_have_text("1 component found")
    # And a category shows all that it has
    field.fill("region 7 zone 1")
    assert len(page.locator(".leaf").evaluate_all(shown)) == 10
    # And without a text all is as before
    field.fill("")
    assert page.locator(".leaf").evaluate_all(shown) == before
    assert scene("demo", java_script_enabled=False).page.locator("[data-find]").is_hidden()


def test_the_theme_is_the_visitors_choice_when_it_was_switched(scene):
    page, body = scene("nothing", theme="dark").page, "getComputedStyle(document.body)"
    dark, light = (rgb(colours()[theme]["bg"]) for theme in ("dark", "light"))
    assert page.evaluate(f"{body}.backgroundColor") == dark
    for expected in (light, dark, light):
        page.get_by_label("Switch between dark and light").click()
        assert page.evaluate(f"{body}.backgroundColor") == expected
    page.reload()
    assert page.evaluate(f"{body}.backgroundColor") == light


def test_closed_categories_are_printed_with_their_components(scene):
    page = scene("well").page
    page.emulate_media(media="print")
    names = page.locator(".leaf").evaluate_all(
        "rows => rows.filter(row => row.checkVisibility({contentVisibilityAuto: true})).length"
    )
    assert names == 24
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_days_fill_has_its_pattern_when_it_is_an_outage_or_a_maintenance(scene):
    page = scene("demo").page
    fills = page.locator(".legend path").evaluate_all(
        "paths => paths.map(path => [path.classList[0], getComputedStyle(path).fill])"
    )
    assert dict(fills) == {
        **{s: rgb(colours()["dark"][f"fill_{s}"]) for s in ("operational", "degraded", "partial")},
        "outage": 'url("#f-outage")',
        "maintenance": 'url("#f-maintenance")',
    }
