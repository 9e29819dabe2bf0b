"""Settings and look: what visitors then see, what they do not, and two tabs that collide."""

import re
from enum import StrEnum

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of, url
from tests.support.faults.breaking import Behind
from tests.support.pictures import picture
from tests.support.plain_settings import OTHERS_ON_WIRE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def desk(actors, tab):
    """Open one of the screens of a hidden page of Ada's."""
    page = actors.owner().page(is_public=False)
    page.leaf("API")

    def opened(screen):
        look = at_desk(tab, actors.system, page.owner, of(page, screen))
        look.owned = page
        return look

    return opened


def save(look, said="Saved."):
    look.page.get_by_role("button", name="Save").click()
    expect(look.page.locator("#said")).to_have_text(said)


def shown(actors, look):
    """The page as its visitors are served it."""
    answer = actors.visitor(look.owned).get("/")
    assert answer.status_code == 200
    return answer.text


def test_the_page_is_served_when_it_was_made_public_and_only_then(actors, desk):
    look = desk("settings")
    assert actors.visitor(look.owned).get("/").status_code == 404
    look.page.get_by_role("button", name="Make public").click()
    expect(look.page.get_by_text("This page is public")).to_be_visible()
    assert actors.visitor(look.owned).get("/").status_code == 200
    look.page.get_by_role("button", name="Hide the page").click()
    expect(look.page.get_by_text("This page is hidden")).to_be_visible()
    assert actors.visitor(look.owned).get("/").status_code == 404


def test_visitors_see_it_when_settings_were_saved(actors, desk):
    look = desk("settings")
    look.owned.owner.patch(look.owned.path, {"isPublic": True})
    look.page.reload()
    look.page.get_by_label("Name", exact=True).fill("Umbrella")
    look.page.get_by_label("Description").fill("Rain, mostly.")
    look.page.get_by_label("Time zone").fill("Asia/Tokyo")
    look.page.get_by_label("Show 90 days of uptime").uncheck()
    save(look)
    text = shown(actors, look)
    assert "Umbrella" in text
    assert "Rain, mostly." in text
    kept = look.owned.owner.get(look.owned.path).json()["data"]
    assert (kept["timeZone"], kept["showUptime"]) == ("Asia/Tokyo", False)
    # and what the tier forces can't be chosen
    expect(look.page.get_by_label("Powered by Hep.gg")).to_be_disabled()


def test_a_plain_setting_is_changed_where_its_field_is(desk):
    # Given every setting with another value, but the footer, which the free tier can't leave out
    look, wanted = desk("settings"), OTHERS_ON_WIRE | {"showFooter": True}
    screens = look.page.url.rpartition("/")[0]

    # When they are changed, each on the screen that has a field for it
    for screen in ("settings", "customize"):
        look.go(f"{screens}/{screen}")
        fields = {name: look.page.locator(f"[name={name}]:enabled") for name in wanted}
        here = [name for name, field in fields.items() if field.count()]
        for name in here:
            change(fields[name], wanted[name])
        if here:
            save(look)

    # Then each has its value
    kept = look.owned.owner.get(look.owned.path).json()["data"]
    assert {name: kept[name] for name in wanted} == wanted


def change(control, value):
    """Give a field a value, by what kind of value it is."""
    match value:
        case bool():
            control.set_checked(value)
        case StrEnum():
            control.select_option(value)
        case _:
            control.fill(value)


def test_the_owner_reads_how_fast_her_changes_were_shown_whether_or_not_visitors_do(actors, desk):
    # Given a page of whose changes it is known how long they took, the newest the longest
    look = desk("settings")
    page, behind = look.owned, Behind(actors.system)
    times = "due_at = NULL, published_at = received_at + make_interval(secs => :took_s)"
    told = f"UPDATE commands SET {times} WHERE stream_id = :id AND seq <= :seq"
    head = behind.head(page.id)
    for seq, took_s in ((head, 1.24), (head - 1, 0.014)):
        behind.sql(told, id=page.id, seq=seq, took_s=took_s)

    # When she looks at its settings, then they say it, beside what visitors may be told
    look.page.reload()
    expect(look.page.locator("#latency")).to_have_text(
        f"Of {head} changes in the last 30 days, half were on the page within 14 ms,"
        " 99 of 100 within 1.2 s."
    )
    box = look.page.get_by_label("Show the publication time")
    expect(box).not_to_be_checked()
    # and the hint stands under the words of its box
    hint = look.page.locator("#latency-hint").evaluate(LEFT_OF_TEXT)
    assert hint == pytest.approx(box.evaluate(LEFT_OF_LABEL), abs=1)


LEFT_OF_TEXT = """node => { const range = document.createRange();
  range.selectNodeContents(node); return range.getBoundingClientRect().left; }"""
# Its text comes after the box, with a gap between them.
LEFT_OF_LABEL = """node => { const range = document.createRange();
  range.selectNode(node.nextSibling); return range.getBoundingClientRect().left; }"""


def test_a_wrong_zone_is_told_beside_its_field(desk):
    look = desk("settings")
    zone = look.page.get_by_label("Time zone")
    zone.fill("Mars/Olympus")
    look.page.get_by_role("button", name="Save").click()
    expect(zone).to_have_attribute("aria-invalid", "true")
    expect(zone).to_have_accessible_description(re.compile("Choose a time zone by its"))


@pytest.mark.parametrize("screen", ["settings", "customize"])
def test_nothing_is_overwritten_when_two_tabs_change_it(actors, desk, screen):
    # Given two tabs with the same settings
    first, second = desk(screen), None
    second = at_desk_again(first, actors)
    first.page.get_by_label("Time zone").fill("Asia/Tokyo")
    save(first)

    # When the other one saves as well
    second.page.get_by_label("Time zone").fill("Europe/Paris")
    second.page.get_by_role("button", name="Save").click()

    # Then it is refused, what it typed is still there, and the current values are one click away
    current = second.page.get_by_role("button", name="Show the current values")
    expect(current).to_be_visible()
    expect(second.page.get_by_label("Time zone")).to_have_value("Europe/Paris")
    current.click()
    expect(second.page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    second.page.get_by_label("Time zone").fill("Europe/Paris")
    save(second)
    assert first.owned.owner.get(first.owned.path).json()["data"]["timeZone"] == "Europe/Paris"


def at_desk_again(look, actors):
    """Open the same screen in another tab of the same browser."""
    from tests.browser.stage import Look

    other = Look(look.page.context.new_page())
    other.go(look.page.url)
    return other


def test_the_page_beside_shows_it_when_words_and_colours_were_changed(actors, desk):
    # Given a hidden page, which is shown to its owner beside the form
    look = desk("customize")
    frame = look.page.frame_locator("iframe")
    expect(frame.locator(".hero")).to_contain_text("All Systems Operational")

    # When words, theme and accent are changed
    look.page.locator("#labels-operational").fill("Fine")
    look.page.locator("#headlines-operational").fill("All is well")
    look.page.get_by_label("Theme").select_option("light")
    look.page.get_by_label("Accent", exact=True).fill("#b4500b")
    save(look)

    # Then it shows them, and so it does to visitors
    expect(frame.locator(".hero")).to_contain_text("All is well")
    look.owned.owner.patch(look.owned.path, {"isPublic": True})
    text = shown(actors, look)
    assert "Fine" in text
    assert "#b4500b" in text
    # and an emptied field is ours again
    look.page.reload()
    look.page.locator("#headlines-operational").fill("")
    save(look)
    expect(frame.locator(".hero")).to_contain_text("All Systems Operational")


def test_the_page_has_a_logo_when_a_picture_was_chosen(actors, desk):
    look = desk("customize")
    frame = look.page.frame_locator("iframe")
    chooser = look.page.get_by_label("Logo", exact=True)

    # When what is too large is chosen, it is told at once; when a picture is, it is shown
    chooser.set_input_files({"name": "l.png", "mimeType": "image/png", "buffer": b"x" * 70_000})
    look.page.get_by_role("button", name="Save").click()
    expect(chooser).to_have_accessible_description(re.compile("The logo may have at most 64 KiB"))
    drawn = picture("png", 300, 60)
    chooser.set_input_files({"name": "l.png", "mimeType": "image/png", "buffer": drawn})
    save(look)
    # Asked again and again: the preview may be drawn anew meanwhile.
    expect(frame.locator("h1 img")).to_be_visible()
    expect(frame.locator("h1 img")).to_have_js_property("naturalWidth", 300)
    name = look.owned.owner.get(look.owned.path).json()["data"]["logo"]["url"].rpartition("/")[2]
    look.owned.owner.patch(look.owned.path, {"isPublic": True})
    assert f"/logo/{name}" in shown(actors, look)

    # and it is gone when it was removed
    look.page.reload()
    look.page.get_by_role("button", name="Remove logo").click()
    expect(look.page.locator("#no-logo")).to_have_count(0)
    assert look.owned.owner.get(look.owned.path).json()["data"]["logo"] is None


def test_a_page_is_gone_when_its_deletion_was_confirmed(actors, desk):
    look = desk("settings")
    look.page.get_by_role("button", name="Delete the page").click()
    dialog = look.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    look.page.get_by_role("button", name="Delete the page").click()
    dialog.get_by_role("button", name="Delete the page").click()
    look.page.wait_for_url(url(actors.system))
    assert look.owned.owner.get(look.owned.path).status_code == 404
