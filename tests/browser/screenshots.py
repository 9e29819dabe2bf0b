"""Pictures of every public page, for eyes: `make screenshots` puts them into `screenshots/`.

`--readme` takes the two of the README instead.
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.stage import Look, address, launch, nobody_home, seed_demo
from tests.support.stack import System

FOLDER = Path("screenshots")
README = Path("docs/images")
WIDTHS = (390, 1280)
THEMES = ("dark", "light")
HEIGHT = 900


def main() -> None:
    """Start a system of its own, seed the demo, take the pictures."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data, sync_playwright() as play:
        browser = launch(play)
        with System(Path(data) / "system") as system:
            system.start_all()
            host = seed_demo(system)
            if "--readme" in sys.argv:
                take_readme(browser, address(system, host))
            else:
                take_every(browser, system, host)
        browser.close()


def take_every(browser: Browser, system: System, host: str) -> None:
    """Take every public page, last of all what is said when nobody is home."""
    FOLDER.mkdir(exist_ok=True)
    take_all(browser, FOLDER, pages_of(browser, system, host))
    with nobody_home(system):
        take_all(browser, FOLDER, {"unavailable": address(system, "unvisited.localhost")})


def take_readme(browser: Browser, url: str) -> None:
    """Take the demo's upper part: dark on a desktop, light on a phone."""
    desk = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    desk.goto(url)
    clip = {"x": 140, "y": 0, "width": 1000, "height": 700}
    desk.screenshot(path=README / "page-dark.png", clip=clip)
    phone = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="light")
    phone.goto(url)
    phone.locator(".legend").evaluate("node => node.scrollIntoView()")
    phone.screenshot(path=README / "page-phone.png")


def pages_of(browser: Browser, system: System, host: str) -> dict[str, str]:
    """Every public page by name; permalinks are read off the demo."""
    tab = browser.new_page()
    tab.goto(address(system, host))
    incident = tab.locator("[data-part=active] h3 a").first.get_attribute("href")
    maintenance = tab.locator("[data-part=maintenances] h3 a").first.get_attribute("href")
    past = tab.locator("[data-part=past] h3 a").first.get_attribute("href")
    tab.close()
    older = f"{datetime.now(UTC) - timedelta(days=46):/history/%Y-%m}"
    paths = {
        "index": "/",
        "history": "/history",
        "history-older": older,
        "incident": incident,
        "incident-past": past,
        "maintenance": maintenance,
        "missing": "/nothing-here",
    }
    found = {name: address(system, host, path) for name, path in paths.items() if path}
    return found | {
        "unknown-host": address(system, "nobody.localhost"),
        "home": address(system, "localhost"),
        "og": address(system, host, "/og.png"),
    }


def take_all(browser: Browser, folder: Path, pages: dict[str, str]) -> None:
    """Take each page at every width in both themes."""
    for theme in THEMES:
        for width in WIDTHS:
            size = {"width": width, "height": HEIGHT}
            context = browser.new_context(viewport=size, color_scheme=theme, timezone_id="UTC")
            look = Look(context.new_page())
            for name, url in pages.items():
                look.go(url)
                look.page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
                print(folder / f"{name}-{width}-{theme}.png")
            context.close()


if __name__ == "__main__":
    main()
