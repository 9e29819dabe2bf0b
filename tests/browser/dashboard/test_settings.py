"""Settings and look: what visitors then see, what they do not, and two tabs that collide."""

import json
import re
from enum import StrEnum

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of, url
from tests.browser.faults import faults
from tests.support.faults.breaking import Behind
from tests.support.pictures import picture
from tests.support.plain_settings import OTHERS_ON_WIRE
from tests.support.stack import wait_until

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
    look.page.get_by_role("button", name="Publish").click()
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


FIELD = "[name={}]:enabled:not([type=hidden])"


def test_a_plain_setting_is_changed_where_its_field_is(desk):
    # Given every setting with another value, but the footer, which the free tier can't leave out
    look, wanted = desk("settings"), OTHERS_ON_WIRE | {"showFooter": True}
    screens = look.page.url.rpartition("/")[0]

    # When they are changed, each on the screen that has a field for it
    for screen in ("settings", "customize"):
        look.go(f"{screens}/{screen}")
        fields = {
            name: look.page.locator(f".field [name={name}]:enabled, .check [name={name}]:enabled")
            for name in wanted
        }
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
        case StrEnum() | int():
            control.select_option(str(value))
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


def row(look, number):
    """A row of the list of links."""
    return look.page.get_by_role("group", name=f"Link {number}", exact=True)


def add_link(look, number, label, address, place="Header"):
    """Add a link with the keyboard alone: the focus is in the new row."""
    look.page.get_by_role("button", name="Add link").press("Enter")
    expect(row(look, number).get_by_label("Label")).to_be_focused()
    look.page.keyboard.type(label)
    look.page.keyboard.press("Tab")
    look.page.keyboard.type(address)
    row(look, number).get_by_label("Shown in").select_option(label=place)


def kept_links(look):
    """The links of the page, as the API tells them."""
    links = look.owned.owner.get(look.owned.path).json()["data"]["links"]
    return [(link["label"], link["url"], link["place"]) for link in links]


def test_visitors_see_the_owners_face_when_header_font_and_links_were_saved(actors, desk):
    # Given a page with the face that every page has
    look = desk("customize")
    frame = look.page.frame_locator("iframe")

    # When its owner chooses another
    look.page.get_by_label("Header colour", exact=True).fill("#ffe9b0")
    look.page.get_by_label("Font").select_option("serif")
    add_link(look, 1, "Help", "mailto:help@acme.com")
    add_link(look, 2, "تواصل", "https://acme.com/ar", "Footer")

    # Then the preview shows it before it is saved, and visitors see it afterwards
    expect(frame.locator("footer nav a")).to_have_text("تواصل")
    save(look)
    expect(frame.locator("header nav a").last).to_have_attribute("href", "mailto:help@acme.com")
    expect(frame.locator("header")).to_have_css("background-color", "rgb(255, 233, 176)")
    assert kept_links(look) == [
        ("Help", "mailto:help@acme.com", "header"),
        ("تواصل", "https://acme.com/ar", "footer"),
    ]
    look.owned.owner.patch(look.owned.path, {"isPublic": True})
    text = shown(actors, look)
    assert '<a href="https://acme.com/ar" rel="noopener"><bdi>تواصل</bdi></a>' in text
    assert faults(look) == []


def test_links_move_up_when_one_is_removed_and_five_are_the_most(desk):
    # Given five links, of which the second is without an address
    look = desk("customize")
    for number in range(1, 6):
        add_link(look, number, f"L{number}", "" if number == 2 else f"https://acme.com/{number}")
    expect(look.page.get_by_role("button", name="Add link")).to_be_hidden()

    # When they are saved, then it is told beside its field
    look.page.get_by_role("button", name="Save").click()
    address = row(look, 2).get_by_label("Address")
    expect(address).to_be_focused()
    expect(address).to_have_accessible_description(re.compile("Enter the address of the link"))

    # And when it is removed, later ones move up, also in the draft
    look.page.get_by_role("button", name="Remove link 2").press("Enter")
    expect(look.page.get_by_role("button", name="Remove link 2")).to_be_focused()
    expect(row(look, 5)).to_be_hidden()
    look.page.reload()
    expect(row(look, 2).get_by_label("Label")).to_have_value("L3")
    expect(row(look, 4).get_by_label("Label")).to_have_value("L5")
    expect(row(look, 5)).to_be_hidden()
    save(look)
    assert [label for label, _, _ in kept_links(look)] == ["L1", "L3", "L4", "L5"]

    # And all can go
    for _ in range(4):
        look.page.get_by_role("button", name="Remove link 1").click()
    expect(look.page.get_by_role("button", name="Add link")).to_be_focused()
    look.page.get_by_role("button", name="Save").click()
    wait_until(lambda: kept_links(look) == [], "no link is kept")


def test_the_page_has_a_logo_when_a_picture_was_chosen(actors, desk):
    look = desk("customize")
    frame = look.page.frame_locator("iframe")
    chooser = look.page.get_by_label("Logo", exact=True)

    # When a picture is chosen, it is shown
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


REFUSED = {
    "GIF": (b"GIF89a" + b"x" * 90, "Choose a PNG, JPEG or WebP picture."),
    "SVG as PNG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Choose a PNG, JPEG or WebP"),
    "empty": (b"", "Choose a PNG, JPEG or WebP picture."),
    "heavy": (picture("png", 30, 30) + b"x" * 70_000, "at most 64 KiB. This one has 69."),
    "cut off": (picture("png", 30, 30)[:40], "This picture can't be read."),
    "wide": (picture("png", 5000, 1), "at most 4096 pixels a side. This one has 5000 × 1."),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_an_upload_is_refused_when_it_is_chosen(desk, kind):
    # Given a file that is no logo
    look, (content, sentence) = desk("customize"), REFUSED[kind]
    chooser = look.page.get_by_label("Logo", exact=True)

    # When it is chosen, then the field says why at once, and it is not sent
    chooser.set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": content})
    expect(chooser).to_have_accessible_description(re.compile(re.escape(sentence)))
    look.page.get_by_role("button", name="Save").click()
    expect(look.page.locator("#said")).to_have_text("No changes to save.")
    # and a picture mends it
    drawn = picture("png", 30, 30)
    chooser.set_input_files({"name": "l.png", "mimeType": "image/png", "buffer": drawn})
    expect(chooser).not_to_have_attribute("aria-invalid", "true")
    save(look)


def test_a_page_is_gone_when_its_deletion_was_confirmed(actors, desk):
    look = desk("settings")
    look.owned.key()
    look.page.reload()
    look.page.get_by_role("button", name="Delete page").click()
    dialog = look.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    look.page.get_by_role("button", name="Delete page").click()

    # Then it says what goes, and nothing is sent before its name was typed
    goes = dialog.get_by_role("list", name="Deleted with the page")
    expect(goes).to_have_text(re.compile(f"1 component.*1 API key.*{look.owned.host}", re.DOTALL))
    name = dialog.get_by_label("Type the page's name")
    for wrong in ("", "acme", "Acme Inc"):
        name.fill(wrong)
        dialog.get_by_role("button", name="Delete page").click()
        expect(name).to_be_focused()
        expect(name).to_have_accessible_description("Type “Acme” to confirm.")
    assert look.owned.owner.get(look.owned.path).status_code == 200
    # and once it was, the page is gone
    name.fill(" Acme ")
    dialog.get_by_role("button", name="Delete page").click()
    look.page.wait_for_url(url(actors.system))
    assert look.owned.owner.get(look.owned.path).status_code == 404


def test_owner_downloads_the_export_when_she_is_about_to_delete_the_page(desk):
    look = desk("settings")
    # the screen offers the file
    with look.page.expect_download() as download:
        look.page.get_by_role("link", name="Download the export", exact=True).click()
    assert download.value.suggested_filename.endswith(".json")
    # and so does the question before a deletion, which stays open
    look.page.get_by_role("button", name="Delete page").click()
    dialog = look.page.get_by_role("dialog")
    with look.page.expect_download() as download:
        dialog.get_by_role("link", name="Download the export first").click()
    content = json.loads(download.value.path().read_bytes())
    assert [each["name"] for each in content["components"]] == ["API"]
    expect(dialog).to_be_visible()
    assert not faults(look)
