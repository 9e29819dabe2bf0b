"""The page at every width, in both themes, in every zone, without JavaScript, and on paper."""

import re

import pytest
from playwright.sync_api import expect

from domain.page.commands import ChangePage
from domain.page.settings import Appearance, Mode
from tests.browser.stage import address, write
from workers.render.png import LEGIBLE, contrast

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DARK, LIGHT = "rgb(11, 14, 20)", "rgb(247, 248, 250)"


def hexed(rgb):
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", rgb)[:3])


def style(locator, name):
    return locator.evaluate("(node, name) => getComputedStyle(node)[name]", name)


# Where a row, its glyph and its bar begin, and where the bar ends.
EDGES = """rows => rows.map(row => {
  const parts = [row, row.querySelector('.g'), row.querySelector('.bar')];
  const boxes = parts.map(node => node.getBoundingClientRect());
  return [boxes.map(box => box.left), boxes[2].right];
})"""


def open_paths(page):
    """The index, the archive and a permalink."""
    links = page.locator("h3 a").evaluate_all("nodes => nodes.map(node => node.pathname)")
    return ["/", "/history", links[0], links[1]]


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_sticks_out_and_bars_line_up_when_the_window_is(demo, tab, width):
    look = tab(demo, width=width)
    # A row, its bar and its rule begin at one edge; all bars end at one
    look.page.locator("details").evaluate_all("nodes => nodes.forEach(n => n.open = true)")
    edges = look.page.locator(".leaf").evaluate_all(EDGES)
    assert len(edges) == 12
    assert all(max(left) - min(left) < 0.5 for left, _ in edges)
    assert max(right for _, right in edges) - min(right for _, right in edges) < 0.5
    for path in open_paths(look.page):
        look.go(demo + path)
        assert look.overflow() == [], path
        assert look.small_text() == [], path
    assert look.complaints == []


def test_the_theme_is_the_visitors_when_the_owner_chose_none(demo, tab):
    for theme, colour in (("dark", DARK), ("light", LIGHT)):
        look = tab(demo, theme=theme)
        assert style(look.page.locator("body"), "backgroundColor") == colour


def test_the_theme_and_a_legible_accent_are_the_owners_when_chosen(actors, tab):
    page = actors.page("API")
    for mode, colour in (("dark", DARK), ("light", LIGHT)):
        look = Appearance(mode=Mode(mode), accent="#808080")
        write(actors.system, page.id, ChangePage(look=look))
        seen = tab(address(actors.system, page.host), theme="light" if mode == "dark" else "dark")
        assert style(seen.page.locator("body"), "backgroundColor") == colour
        link = hexed(style(seen.page.get_by_role("link", name="History", exact=True), "color"))
        card = hexed(style(seen.page.locator(".tree"), "backgroundColor"))
        assert contrast(link, card) >= LEGIBLE


def test_everything_is_there_in_the_pages_zone_when_there_is_no_javascript(actors, tab):
    page = actors.page("API")
    group = page.leaf("Storage", kind="category")
    page.leaf("Disks", parent=group)
    write(actors.system, page.id, ChangePage(time_zone="Asia/Kolkata"))
    monitor = actors.monitor(page)
    down = [{"component": "Disks", "status": "outage"}]
    monitor.open("Slow **disks**", body="We are *looking*.", components=down)

    look = tab(
        address(actors.system, page.host), width=390, java_script_enabled=False, timezone="UTC"
    )
    seen = look.page

    expect(seen.locator(".hero strong")).to_have_text("Major System Outage")
    assert re.fullmatch(
        r"Last change \d+ \w+ \d{4}, \d\d:\d\d GMT\+5:30", seen.locator(".hero>.m").inner_text()
    )
    expect(seen.locator(".words em")).to_have_text("looking")
    bar = seen.locator(".bar").first
    assert bar.locator("svg").bounding_box()["width"] == bar.bounding_box()["width"]
    expect(seen.get_by_text("90 days ago").first).to_be_visible()
    # Categories fold
    expect(seen.get_by_text("Disks", exact=True).last).to_be_visible()
    seen.locator("main summary").click()
    expect(seen.locator("summary .st")).to_have_text("Outage")
    expect(seen.locator(".tree").get_by_text("Disks", exact=True)).to_be_hidden()


def test_a_countdown_is_shown_when_a_maintenance_is_ahead_or_runs(demo, tab):
    windows = tab(demo).page.locator("[data-part=maintenances] .head")
    expect(windows.first).to_contain_text(
        re.compile(r"Started \d+\smin\sago .*Planned end in\s\d\shr", re.DOTALL)
    )
    expect(windows.last).to_contain_text(
        re.compile(r"Planned start (in\s2\sdays|tomorrow) .* \(2\sh\)", re.DOTALL)
    )


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2090-05-15T23:30Z", "in 2 days"),
        ("2090-05-16T00:30Z", "tomorrow"),
        ("2090-05-17T00:30Z", "in 20 hr"),
        ("2090-05-18T23:30Z", "yesterday"),
    ],
)
def test_days_are_those_of_the_calendar_when_a_maintenance_is_near(actors, tab, at, words):
    page = actors.page("API")
    hours = {"scheduledStart": "2090-05-17T20:00:00Z", "scheduledEnd": "2090-05-17T22:00:00Z"}
    plan = {"title": "Upgrade", "kind": "maintenance", **hours}
    assert page.owner.post(f"{page.path}/incidents", plan).status_code == 201
    look = tab(address(actors.system, page.host))
    look.page.clock.set_fixed_time(at)
    look.page.reload()
    expect(look.page.locator("[data-part=maintenances] time").first).to_contain_text(words)


# The lines of each node as they are broken; what has no height is not seen.
LINES = """nodes => nodes.flatMap(node => {
  const lines = {}, texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let text; text = texts.nextNode();) for (const word of text.data.matchAll(/\\S+/g)) {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    if (text.parentElement.getBoundingClientRect().height)
      (lines[Math.round(range.getBoundingClientRect().bottom)] ??= []).push(word[0]);
  }
  return Object.values(lines).map(words => words.join(' '));
})"""


@pytest.mark.parametrize("width", [320, 390, 430])
@pytest.mark.parametrize("timezone", ["UTC", "America/New_York"])
def test_no_line_ends_or_begins_with_a_dot_when_a_phone_breaks_it(demo, tab, width, timezone):
    look = tab(demo, width=width, timezone=timezone)
    lines = look.page.locator(".hero p, article p.m").evaluate_all(LINES)
    alone = {"since", "Last change", "Started", "Planned start", "Planned end"}
    assert len(lines) > 15
    assert not [line for line in lines if line.strip("·") != line or line in alone]


LONG_NAMES = (
    "Lumen Cloud Services GmbH",
    "City of Springfield Public Transport Status",
    "Donaudampfschifffahrtsgesellschaft" + " and all of its many subsidiaries in forty countries",
)


@pytest.mark.parametrize("name", LONG_NAMES)
def test_links_of_the_header_keep_to_one_line_when_the_name_is_long(actors, tab, name):
    page = actors.page("API")
    write(actors.system, page.id, ChangePage(name=name))
    incident = actors.monitor(page).open().json()["data"]["id"]
    look = tab(address(actors.system, page.host))
    for width in (320, 360, 390, 1280):
        look.page.set_viewport_size({"width": width, "height": 900})
        for path in ("/", "/history", f"/incidents/{incident}"):
            look.go(address(actors.system, page.host, path))
            assert look.page.locator("header nav").bounding_box()["height"] < 30, (width, path)
            assert look.overflow() == [], (width, path)


def test_nothing_moves_when_the_visitor_prefers_no_motion(demo, tab):
    for preference, expected in (("reduce", "0s"), ("no-preference", "0.2s")):
        look = tab(demo, reduced_motion=preference)
        durations = style(look.page.locator(".hero"), "transitionDuration")
        assert set(durations.split(", ")) == {expected}


def test_paper_is_white_and_spared_of_bars_when_the_page_is_printed(demo, tab):
    look = tab(demo)
    look.page.emulate_media(media="print")
    assert style(look.page.locator("body"), "backgroundColor") == "rgb(255, 255, 255)"
    assert style(look.page.locator(".tree .name").first, "color") == "rgb(19, 24, 32)"
    expect(look.page.locator(".bar").first).to_be_hidden()
    expect(look.page.locator(".legend")).to_be_hidden()
    # And its times are whole, for it is read later
    times = look.page.locator("time").all_text_contents()
    assert [at for at in times if not re.fullmatch(r"\d+\s\w+\s\d{4},\s\d\d:\d\d", at)] == []
    expect(look.page.get_by_text("Elevated error rates on the API").first).to_be_visible()


def test_names_stand_beside_their_glyph_when_they_are_written_from_right_to_left(actors, tab):
    page = actors.page("מסד נתונים", "Latin")
    look = tab(address(actors.system, page.host), width=390)
    names = look.page.locator(".tree .name bdi")
    assert [style(names.nth(n), "direction") for n in (0, 1)] == ["rtl", "ltr"]
    assert names.first.bounding_box()["x"] == names.last.bounding_box()["x"]
    assert look.overflow() == []


def test_every_state_has_a_shape_and_a_word_when_colours_are_not_seen(demo, tab):
    rows = tab(demo).page.locator(".tree .row, .tree summary")
    shapes = rows.evaluate_all(
        "rows => rows.map(r => [r.querySelector('use').getAttribute('href'),"
        " r.querySelector('.st').textContent])"
    )
    assert {tuple(pair) for pair in shapes} == {
        ("#operational", "Online"),
        ("#degraded", "Degraded"),
        ("#maintenance", "Maintenance"),
    }
