"""The preview in a browser: complete, quiet, framed by the base alone, and going nowhere."""

import pytest

from tests.browser.stage import address, poll
from tests.support.pictures import png_text

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FRAME = """async url => { const frame = document.createElement('iframe');
frame.src = url; document.body.append(frame);
await new Promise(done => frame.onload = done);
try { return !!frame.contentDocument?.querySelector('.hero'); } catch { return false; } }"""


@pytest.fixture
def previewed(actors, tab):
    """A hidden page with a logo, and a tab of its owner's that shows its preview."""
    page = actors.owner().page(is_public=False)
    page.leaf("API")
    answer = page.owner.patch(page.path, {"logo": png_text(300, 60)})
    assert answer.status_code == 200, answer.text
    look = tab(address(actors.system, "localhost"))
    name, _, value = page.owner.http.headers["Cookie"].partition("=")
    where = address(actors.system, "localhost", "")
    look.page.context.add_cookies([{"name": name, "value": value, "url": where}])
    look.go(address(actors.system, "localhost", f"{page.path}/preview"))
    look.page.wait_for_load_state("networkidle")
    return page, look


def test_preview_is_whole_and_quiet_when_its_owner_opens_it(previewed):
    _page, look = previewed
    assert look.page.locator(".hero").is_visible()
    logo = look.page.locator("h1 img")
    assert logo.get_attribute("alt") == "Acme"
    assert logo.evaluate("node => [node.naturalWidth, node.width, node.height]") == [300, 200, 40]
    # when the tab gets the focus, and a link is clicked
    asked = list(look.requests)
    poll(look)
    look.page.get_by_role("link", name="History", exact=True).click()
    look.page.evaluate("new Promise(done => setTimeout(done, 300))")
    # then nobody is asked for anything, and the preview stays
    assert look.requests == asked
    assert look.page.url.endswith("/preview")
    assert look.complaints == []


def test_preview_is_framed_when_the_base_does_it_and_by_nobody_else(previewed, actors):
    page, look = previewed
    url = look.page.url
    base = url.partition("/api/")[0]
    # the receipts' 404 is a document of the base without a policy that forbids frames
    look.page.goto(f"{base}/api/v1/nothing")
    assert look.page.evaluate(FRAME, url)
    # a page's own host is another origin
    look.page.goto(address(actors.system, page.host, "/healthz"))
    assert not look.page.evaluate(FRAME, url)
