"""The screen "Share": what is copied and previewed, and what is said of a page without both."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of
from tests.support.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

HOSTILE = "A [b](c) <i>\"&'*_` ÄÖ"


@pytest.fixture
def shared(actors, tab):
    """A public page with a leaf in a category, and its owner at the screen."""
    page = actors.page()
    page.leaf("API", parent=page.leaf("Europe", kind="category"))
    look = at_desk(tab, actors.system, page.owner, of(page, "share"))
    return look, page, f"http://{page.host}:{actors.system.webs[0].port}/"


def text(look, name):
    return look.page.locator(f"#{name}").inner_text()


def test_badge_is_copied_as_it_is_chosen_and_previewed(actors, shared):
    # Given the screen, with the page's badge
    look, page, base = shared
    screen = look.page
    assert text(look, "badge-url") == f"{base}badge.svg"
    assert text(look, "badge-markdown") == f"[![Acme status]({base}badge.svg)]({base})"
    expect(screen.get_by_label("Shows").locator("option").last).to_be_disabled()

    # When a component's uptime is chosen, in another style and with another label
    screen.get_by_label("Badge of").select_option(label="Europe / API")
    screen.get_by_label("Shows").select_option(label="Uptime, 90 days (components)")
    screen.get_by_label("Style").select_option("flat-square")
    screen.get_by_label("Label", exact=True).fill("Up & running")

    # Then each form of it is that badge, and the preview shows it
    leaf = screen.get_by_label("Badge of").input_value()
    query = "?label=Up+%26+running&style=flat-square"
    picture = f"{base}badge/{leaf}/uptime.svg{query}"
    assert text(look, "badge-url") == picture
    assert text(look, "badge-json") == f"{base}badge/{leaf}/uptime.json{query}"
    assert text(look, "badge-markdown") == f"[![Up \\& running uptime]({picture})]({base})"
    assert text(look, "badge-html") == (
        f'<a href="{base}"><img src="{picture.replace("&", "&#38;")}"'
        ' alt="Up &#38; running uptime"></a>'
    )
    shown = screen.locator("#badge-shown")
    expect(shown).to_have_attribute("src", picture)
    wait_until(lambda: shown.evaluate("i => i.complete && i.naturalWidth > 40"), "it is drawn")

    # And without a label it has none
    screen.get_by_label("Without a label").check()
    assert text(look, "badge-url").endswith("uptime.svg?label=&style=flat-square")
    answer = actors.visitor(page).get(text(look, "badge-url").removeprefix(base.rstrip("/")))
    assert (answer.status_code, "no data" in answer.text) == (200, True)


def test_copy_buttons_name_what_they_copy(shared):
    look, _, base = shared
    look.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    look.page.get_by_role("button", name="Copy “URL of the image”").click()
    expect(look.page.get_by_text("Copied.", exact=True)).to_be_visible()
    assert look.page.evaluate("navigator.clipboard.readText()") == f"{base}badge.svg"
    for path in ("history.atom", "history.rss", "feed.json", "calendar.ics"):
        expect(look.page.get_by_text(f"{base}{path}", exact=True)).to_be_visible()
    for path in ("status.json", "api/v2/summary.json"):
        expect(look.page.get_by_text(f"curl {base}{path}", exact=True)).to_be_visible()


def test_embed_is_previewed_in_its_theme_and_height(shared):
    look, _, base = shared
    frame = look.page.frame_locator("#embed-shown")
    expect(frame.get_by_role("heading")).to_have_text("All Systems Operational")
    look.page.get_by_label("Theme").select_option("light")
    expect(look.page.locator("#embed-shown")).to_have_attribute("src", f"{base}embed?theme=light")
    assert f'<iframe src="{base}embed?theme=light" title="Acme status"' in text(look, "embed-html")
    expect(look.page.locator("#embed-shown")).to_have_attribute("height", "44")
    assert look.complaints == []


def test_this_screen_alone_may_show_what_the_page_serves(actors, shared):
    _, page, base = shared
    origin = base.rstrip("/")
    here, elsewhere = (page.owner.get(of(page, screen)) for screen in ("share", "keys"))
    policies = [answer.headers["content-security-policy"] for answer in (here, elsewhere)]
    assert policies[0].count(origin) == 2
    assert policies[0].replace(f" {origin}", "") == policies[1]
    assert "script-src 'self';" in policies[1]


def test_snippets_hold_any_name_as_text(actors, tab):
    page = actors.page("API")
    page.owner.patch(page.path, {"name": HOSTILE})
    look = at_desk(tab, actors.system, page.owner, of(page, "share"))
    # Given the HTML that is copied, in a document
    html = [text(look, name) for name in ("badge-html", "embed-html")]
    found = look.page.evaluate(
        """(html) => html.map((text) => {
          const made = new DOMParser().parseFromString(text, "text/html").body;
          return [made.querySelectorAll("*").length, made.querySelector("[alt], [title]")];
        }).map(([count, node]) => [count, node.alt || node.title])""",
        html,
    )
    # Then the name is text, and adds no element
    assert found == [[2, f"{HOSTILE} status"], [1, f"{HOSTILE} status"]]
    assert "[![A \\[b\\](c) \\<i\\>" in text(look, "badge-markdown")


def test_screen_leads_on_when_the_page_has_no_address_or_is_hidden(actors, tab):
    owner = actors.owner()
    page = owner.page(is_public=False)
    look = at_desk(tab, actors.system, owner, of(page, "share"))
    expect(look.page.get_by_text("This page is not published")).to_be_visible()
    expect(look.page.locator("#badge-shown, #embed-shown")).to_have_count(0)
    # When it is published there, then previews appear at once
    look.page.get_by_role("button", name="Publish", exact=True).click()
    expect(look.page.locator("#badge-shown")).to_be_visible()
    expect(look.page.get_by_text("This page is not published")).to_have_count(0)
    # And without an address it leads to one
    mounts = owner.get(f"{page.path}/mounts").json()["data"]
    for mount in mounts:
        owner.delete(f"{page.path}/mounts/{mount['id']}")
    look.page.reload()
    expect(look.page.get_by_text("This page has no address")).to_be_visible()
    link = look.page.locator("#empty").get_by_role("link", name="Add an address")
    expect(link).to_have_attribute("href", of(page, "domain"))
