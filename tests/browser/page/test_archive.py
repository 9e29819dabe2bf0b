"""The archive by month, permalinks, and pages that say what is the matter."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.stage import address

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def month(days_ago):
    return f"{datetime.now(UTC) - timedelta(days=days_ago):%B %Y}"


def test_every_month_of_the_pages_life_is_reached_when_one_goes_back_and_forth(demo, tab):
    page = tab(demo).page
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.locator("h2").first).to_have_text(month(0))
    expect(page.locator("a[rel=next]")).to_have_count(0)

    seen, titles = [month(0)], page.locator("h3").all_inner_texts()
    while page.locator("a[rel=prev]").count():
        page.locator("a[rel=prev]").click()
        page.wait_for_url(lambda url: "/history/" in url)
        expect(page.locator("h2").first).not_to_have_text(seen[-1])
        seen.append(page.locator("h2").first.inner_text())
        titles += page.locator("h3").all_inner_texts()

    assert seen[-1] == month(120)
    # The upcoming maintenance stands in the month in which it will be.
    assert len(set(titles)) in {11, 12}
    page.locator("a[rel=next]").click()
    expect(page.locator("h2").first).to_have_text(seen[-2])


def test_a_permalink_tells_everything_when_it_is_opened(demo, tab):
    page = tab(demo).page
    page.get_by_role("heading", name="Chat is unavailable").get_by_role("link").click()
    expect(page.locator("main h2")).to_have_text("Chat is unavailable")
    expect(page).to_have_title("Chat is unavailable · Lumen Cloud")
    expect(page.locator("article .state")).to_have_count(2)
    expect(page.get_by_label("Affected components")).to_have_text("Support")
    expect(page.locator(".day")).to_contain_text("lasted 2 h 11 min")
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_role("heading", name="Chat is unavailable")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/history/1999-01", 404), ("/history/2026-13", 404), ("/incidents/i_" + "0" * 26, 404)],
)
def test_a_page_of_ours_says_so_when_there_is_nothing(demo, tab, path, status):
    look = tab(demo + path)
    assert look.answer.status == status
    expect(look.page.locator("h1")).to_have_text("There is nothing at this address")
    look.page.get_by_role("link", name="Current status").click()
    expect(look.page.locator(".hero strong")).to_have_text("Degraded Performance")


def test_a_hidden_page_tells_nothing_when_it_is_asked_for_anything(actors, tab):
    page = actors.owner().page("Secret Plans", is_public=False)
    look = tab(address(actors.system, page.host))
    for path in ("/", "/history", "/nothing"):
        assert look.go(address(actors.system, page.host, path)).status == 404
        expect(look.page.locator("h1")).to_have_text("There is no status page here")
        assert "Secret" not in look.page.content()
