"""What browser tests stand on: Chromium, the demo, and what owners have no call for yet."""

import json
import shutil
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, Response, expect

from domain.page.commands import Command
from ops.cli import writes as writing
from ops.local import demo
from tests.support.inside import inside
from tests.support.stack import System, wait_until

SWITCHES = (
    "--no-sandbox",  # CI runs as root
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LIMIT_MS = 20_000  # for what has no promised time, on a machine that is busy
expect.set_options(timeout=LIMIT_MS)


def chromium_path() -> str | None:
    """Where Chromium is, if anywhere; without windows if it can be, for a third of the work."""
    return next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium without anything that speaks to the outside."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=list(SWITCHES))


def address(system: System, host: str, path: str = "/") -> str:
    """Where the first web process serves a host; Chromium resolves *.localhost by itself."""
    return f"http://{host}:{system.webs[0].port}{path}"


def seed_demo(system: System) -> str:
    """Make the demo as `make run` does; return its host."""
    with inside(system):
        demo.seed_demo()
    return "demo.localhost"


def write(system: System, page_id: str, *commands: Command) -> None:
    """Tell a page commands, as the operator would."""
    with inside(system):
        for command in commands:
            writing.write(page_id, command)


@contextmanager
def nobody_home(system: System) -> Any:
    """Redis is empty and nobody fills it: all that a web process can say is 503.

    The system is not whole again afterwards.
    """
    for child in system.children:
        if not child.name.startswith("web"):
            child.kill()
    import redis

    redis.Redis.from_url(system.urls.redis_url).flushdb()
    yield


def poll(look: "Look") -> None:
    """Make the poller ask now: that is what it does when the tab gets the focus back."""
    look.page.evaluate("dispatchEvent(new Event('focus'))")


def expect_soon(locator: Locator) -> Any:
    """Expect something of a locator that takes a while; the poller asks again meanwhile.

    Only the deadline is generous: a poll that is under way swallows another one.
    """
    locator.page.evaluate(
        """() => { clearInterval(window.asking);
        window.asking = setInterval(() => dispatchEvent(new Event('focus')), 200); }"""
    )
    return expect(locator)


class Look:
    """A tab that remembers what it asked for and what it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._complain)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, url: str) -> Response:
        """Go there; a cold artifact may say 'in a moment' at its first ask on a busy machine."""
        answers: list[Response] = []

        def arrived() -> bool:
            answer = self.page.goto(url)
            assert answer is not None
            answers.append(answer)
            return answer.status != 503 or "unvisited" in url

        wait_until(arrived, f"{url} answers")
        if len(answers) > 1:
            self.requests = [url]
            self.complaints.clear()
        return answers[-1]

    def _complain(self, said: ConsoleMessage) -> None:
        # A preview has a second: on a busy machine it may come later, and the write goes on.
        is_late_preview = "/preview" in said.location["url"] and "503" in said.text
        if said.type in {"error", "warning"} and not is_late_preview:
            self.complaints.append(said.text)

    def overflow(self) -> list[str]:
        """What sticks out of the window at the right or left, unless it is cut off on purpose."""
        return json.loads(self.page.evaluate(OVERFLOW))

    def small_text(self) -> list[str]:
        """Text that is smaller than 13 pixels."""
        return self.page.evaluate(SMALL_TEXT)


# A bar on a phone is three windows wide on purpose; its box cuts it off.
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > wide) found.push('the page scrolls sideways');
  for (const node of document.querySelectorAll('body *')) {
    if (node.closest('.vh, .bar, .defs, pre, script')) continue;
    const box = node.getBoundingClientRect();
    if (box.width && (box.right > wide + .5 || box.left < -.5))
      found.push(node.tagName + '.' + node.className + ' ' + node.textContent.slice(0, 40));
  }
  return JSON.stringify(found);
}"""

SMALL_TEXT = """() => [...document.querySelectorAll('body *')].filter(node =>
  !node.closest('script, .vh') && parseFloat(getComputedStyle(node).fontSize) < 13 &&
  [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim())
).map(node => node.textContent.slice(0, 40))"""
