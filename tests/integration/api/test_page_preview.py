"""The preview: the page as it would be served, for its owner alone.

Source: docs/behaviour.md, "Visibility".
"""

import pytest
import redis

from tests.support.actors import Page
from tests.support.answers import refusal
from tests.support.pictures import png_text


@pytest.fixture
def page(actors) -> Page:
    page = actors.owner().page(is_public=False)
    page.leaf("API")
    return page


def previewed(page: Page, **headers):
    return page.owner.get(f"{page.path}/preview", headers=headers)


def test_page_is_shown_to_its_owner_when_visitors_may_not_see_it(actors, page):
    vi = actors.visitor(page)
    assert vi.get("/").status_code == 404
    answer = previewed(page)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "API" in answer.text
    # and these are the bytes that visitors get once they may
    page.owner.patch(page.path, {"isPublic": True})
    assert vi.get("/").text == previewed(page).text == answer.text


def test_change_is_shown_when_it_was_answered(page):
    page.owner.patch(page.path, {"name": "Renamed"})
    assert "Renamed" in previewed(page).text


@pytest.mark.parametrize(("accepted", "encoding"), [("br, gzip", "br"), ("gzip", "gzip")])
def test_stored_bytes_are_sent_when_an_encoding_is_accepted(page, accepted, encoding):
    answer = previewed(page, **{"Accept-Encoding": accepted})
    assert answer.headers["content-encoding"] == encoding
    assert "content-encoding" not in previewed(page, **{"Accept-Encoding": "identity"}).headers


def test_only_the_base_may_frame_it_when_a_browser_asks_the_policy(actors, page):
    policy = previewed(page).headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "connect-src 'none'" in policy
    page.owner.patch(page.path, {"isPublic": True})
    public = actors.visitor(page).get("/").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in public
    assert public.partition("connect-src")[0] == policy.partition("connect-src")[0]


def test_logo_is_there_on_the_base_when_a_preview_asks_for_it(actors, page):
    page.owner.patch(page.path, {"logo": png_text(40, 40)})
    path = previewed(page).text.partition('<img src="')[2].partition('"')[0]
    answer = page.owner.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert refusal(actors.owner("bo").get(path), 404) == "NOT_FOUND"
    assert refusal(actors.caller().get(path), 401) == "NO_SESSION"
    for other in (path.replace(".png", ".svg"), "/logo/x", f"/logo/{'0' * 32}.png"):
        assert refusal(page.owner.get(other), 404) == "NOT_FOUND"


def test_page_comes_back_within_the_wait_when_redis_lost_its_hash(actors, page):
    assert previewed(page).status_code == 200
    redis.Redis.from_url(actors.system.urls.redis_url).delete(f"hep:page:{page.id}")
    assert "API" in previewed(page).text


def test_nobody_else_gets_in_when_a_preview_is_asked_for(actors, page):
    path = f"{page.path}/preview"
    assert refusal(actors.caller().get(path), 401) == "NO_SESSION"
    assert refusal(actors.owner("bo").get(path), 404) == "NOT_FOUND"
    assert refusal(page.owner.delete(path), 405) == "METHOD_NOT_ALLOWED"
    page.owner.delete(page.path)
    assert refusal(previewed(page), 404) == "NOT_FOUND"
