"""A mirror, served by Python's own web server and looked at in a browser."""

import contextlib
import socket
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from ops.local.processes import choose_port
from tests.support.inside import hepstatus
from tests.support.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@contextlib.contextmanager
def served(folder):
    """Serve a folder; yield its address."""
    port = choose_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen(
        [*command, "--directory", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        assert server.stderr is not None
        wait_until(lambda: answers(port), "the web server answers")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.kill()
        server.communicate()


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def test_page_history_and_json_are_shown_by_any_web_server(actors, tab, tmp_path):
    # Given a mirror of a page in trouble, and no server of ours in the way
    page = actors.page("API")
    page.incident(title="Login is slow")
    assert hepstatus(actors.system, "mirror", page.id, str(tmp_path / "m")).returncode == 0
    with served(tmp_path / "m") as home:
        # When a visitor looks at it
        look = tab(home, width=390)
        expect(look.page.locator(".hero strong")).to_have_text("Major System Outage")
        # Then its links lead to the incident, to the history and back, and nothing is missing
        look.page.get_by_role("link", name="Login is slow").first.click()
        expect(look.page.get_by_role("heading", name="Login is slow")).to_be_visible()
        look.page.get_by_role("link", name="History").first.click()
        expect(look.page.get_by_role("link", name="Login is slow")).to_be_visible()
        assert look.page.request.get(f"{home}status.json").json()["status"]["indicator"] == "outage"
        assert all(url.startswith((home, "data:")) for url in look.requests)
        assert look.complaints == []
