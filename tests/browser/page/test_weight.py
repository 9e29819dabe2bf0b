"""What a visit costs: one document, few bytes, nothing from elsewhere, nothing inline unnamed."""

import pytest

from tests.browser.page.large_page import build
from tests.browser.stage import address
from tests.support.inside import inside

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

KB = 1024


def brotli_bytes(actors, host):
    answer = actors.caller(host, **{"Accept-Encoding": "br"}).get("/")
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "br"
    return int(answer.headers["content-length"])


def test_the_document_weighs_at_most_14_kb_when_there_are_12_leaves(demo, actors):
    assert brotli_bytes(actors, "demo.localhost") <= 14 * KB


def test_the_document_weighs_at_most_32_kb_when_there_are_200_leaves(actors, tab):
    owner, system = actors.owner(), actors.system
    host = f"large-{owner.id[-12:].lower()}.localhost"
    with inside(system):
        build(owner.id, host)

    assert brotli_bytes(actors, host) <= 32 * KB
    # And it is all there, laid out within a moment
    look = tab(address(system, host), width=390)
    assert look.page.locator(".bar").count() == 200
    assert look.overflow() == []


@pytest.mark.parametrize("path", ["/", "/history"])
def test_one_document_is_all_that_is_asked_for_when_a_page_is_opened(demo, tab, path):
    look = tab(demo + path)
    look.page.wait_for_load_state("networkidle")
    assert [url for url in look.requests if not url.startswith("data:")] == [demo + path]
    assert look.complaints == []


def test_nobody_else_is_asked_for_anything_when_words_want_pictures(actors, tab):
    page = actors.page("API")
    picture = "![x](https://tracker.example/p.png) <img src=https://tracker.example/q.png>"
    actors.monitor(page).open("Pictures", body=f"{picture} [seen](https://tracker.example/)")
    look = tab(address(actors.system, page.host))
    look.page.wait_for_load_state("networkidle")
    assert not [url for url in look.requests if "tracker" in url]
    assert look.page.locator("img").count() == 0
    link = look.page.get_by_role("link", name="seen")
    assert link.get_attribute("rel") == "nofollow noopener ugc"


def test_only_named_inline_text_is_allowed_when_any_document_is_served(demo, actors, tab):
    look = tab(demo)
    hosts = {"demo.localhost": ("/", "/history", "/nothing"), "nobody.localhost": ("/",)}
    for host, paths in {**hosts, "localhost": ("/",)}.items():
        for path in paths:
            answer = look.go(address(actors.system, host, path))
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert not [said for said in look.complaints if "Content Security" in said]


def test_foreign_script_and_style_stay_dead_when_somebody_smuggles_them_in(demo, tab):
    look = tab(demo)
    look.page.evaluate(
        """() => { const script = document.createElement('script');
        script.textContent = 'window.smuggled = true';
        const style = document.createElement('style');
        style.textContent = 'body{display:none}';
        document.body.append(script, style); }"""
    )
    assert look.page.evaluate("window.smuggled") is None
    assert look.page.locator(".hero").is_visible()
