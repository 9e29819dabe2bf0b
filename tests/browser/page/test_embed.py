"""The embed in another site's page: framed, of the right height, fresh, and readable by all."""

import http.server
import threading
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.faults import faults
from tests.browser.stage import address
from tests.support.stack import wait_until
from web.dashboard.share import HEIGHT_SCRIPT, embed_snippet

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ASK = "document.dispatchEvent(new Event('visibilitychange'))"


@contextmanager
def outside(html):
    """A page of another origin."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = f"<!doctype html><title>Outside</title>{html}".encode()
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def height_of(look):
    return look.page.locator("iframe").bounding_box()["height"]


@pytest.mark.parametrize(("width", "lines"), [(800, 1), (240, 2)])
def test_another_site_frames_the_embed_at_its_height(actors, tab, width, lines):
    # Given another site with the snippet that owners copy
    page = actors.page("API")
    url = address(actors.system, page.host)
    html = embed_snippet(url, "Acme status") + HEIGHT_SCRIPT % {"address": f"{url}embed"}
    with outside(html) as site:
        # When it is looked at
        look = tab(site, width=width)
        frame = look.page.frame_locator("iframe")
        expect(frame.get_by_role("heading")).to_have_text("All Systems Operational")
        # Then it is as high as its line, also once its width changes
        wait_until(lambda: (height_of(look) > 45) == (lines > 1), "it has its height")
        look.page.set_viewport_size({"width": 1040 - width, "height": 600})
        wait_until(lambda: (height_of(look) > 45) == (lines == 1), "it has its new height")
        # And its link leads to the page, outside of the frame
        with look.page.context.expect_page() as opened:
            frame.get_by_role("link", name="Acme status").click()
        expect(opened.value).to_have_url(url)


def test_another_site_can_not_frame_the_page_itself(actors, tab):
    page = actors.page("API")
    with outside(f'<iframe src="{address(actors.system, page.host)}"></iframe>') as site:
        look = tab(site)
        wait_until(lambda: any("frame-ancestors" in said for said in look.complaints), "refused")
        expect(look.page.frame_locator("iframe").get_by_text("All Systems")).to_have_count(0)


def test_open_embed_follows_the_page_until_it_is_gone(actors, tab):
    # Given an open embed
    page = actors.page("API")
    monitor = actors.monitor(page)
    look = tab(address(actors.system, page.host, "/embed"))
    heading, note = look.page.get_by_role("heading"), look.page.get_by_text("out of date")
    expect(heading).to_have_text("All Systems Operational")

    # When the page changes, then the line does, with its colour
    monitor.toggle("API", "outage")
    wait_until(lambda: look.page.evaluate(ASK) and "Major" in heading.inner_text(), "it changed")
    expect(look.page.locator("html")).to_have_class("outage")

    # When no answer comes, then that is said, until one comes
    look.page.route("**/status-version.json", lambda route: route.abort())
    look.page.evaluate(ASK)
    expect(note).to_be_visible()
    look.page.unroute("**/status-version.json")
    look.page.evaluate(ASK)
    expect(note).to_be_hidden()

    # When the page is hidden, then nothing green or red stays
    page.owner.patch(page.path, {"isPublic": False})
    gone = "This status page is not available"
    wait_until(lambda: look.page.evaluate(ASK) and heading.inner_text() == gone, "it is gone")
    expect(look.page.locator("html")).to_have_class("nodata")

    # And when it is back, then so is its line
    page.owner.patch(page.path, {"isPublic": True})
    wait_until(lambda: look.page.evaluate(ASK) and "Major" in heading.inner_text(), "it is back")
    expect(look.page.locator("html")).to_have_class("outage")


@pytest.mark.parametrize("name", ["Acme", "خدمات الحالة", "W" * 100])
def test_nothing_is_found_when_the_embed_is_looked_at(actors, tab, name):
    page = actors.page("API")
    page.owner.patch(page.path, {"name": name})
    look = tab(address(actors.system, page.host, "/embed"), width=320, java_script_enabled=True)
    assert faults(look) == []
    assert look.overflow() == []
    look.page.keyboard.press("Tab")
    expect(look.page.get_by_role("link")).to_be_focused()
    for query in ("?theme=dark", "?theme=light"):
        look.go(address(actors.system, page.host, f"/embed{query}"))
        assert faults(look) == []
    assert look.complaints == []


def test_embed_is_whole_when_scripts_do_not_run(actors, tab):
    page = actors.page("API")
    look = tab(address(actors.system, page.host, "/embed"), java_script_enabled=False)
    expect(look.page.get_by_role("heading")).to_have_text("All Systems Operational")
    expect(look.page.get_by_role("link", name="Acme status")).to_have_attribute("href", "/")
    expect(look.page.get_by_text("out of date")).to_be_hidden()
