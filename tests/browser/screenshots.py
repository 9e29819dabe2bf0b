"""Pictures of every public page and of every screen of the dashboard, for eyes.

`make screenshots` puts them into `screenshots/`; `--readme` takes the two of the README instead,
`--scenes` pages in memory alone (tests/browser/scenes.py), which need no system.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, StorageState, sync_playwright

from ops.cli.accounts import grant_tokens
from tests.browser.scenes import SCENES
from tests.browser.stage import Look, address, launch, nobody_home, seed_demo
from tests.support.inside import inside
from tests.support.small_page import TODAY
from tests.support.stack import System
from workers.render.eager import render_eager

FOLDER = Path("screenshots")
README = Path("docs/images")
WIDTHS = (390, 1280)
THEMES = ("dark", "light")
HEIGHT = 900
DOORS = ("login", "signup", "forgot")
DOCS = ("", "/monitors", "/recipes", "/pages")


def main() -> None:
    """Take the scenes; start a system of its own, seed the demo, take all else."""
    if "--readme" not in sys.argv:
        with sync_playwright() as play:
            take_scenes(launch(play))
    if "--scenes" in sys.argv:
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data, sync_playwright() as play:
        browser = launch(play)
        with System(Path(data) / "system") as system:
            system.start_all()
            host = seed_demo(system)
            if "--readme" in sys.argv:
                take_readme(browser, address(system, host))
                take_desk(browser, system)
            else:
                take_every(browser, system, host)
        browser.close()


def take_every(browser: Browser, system: System, host: str) -> None:
    """Take every public page, last of all what is said when nobody is home."""
    FOLDER.mkdir(exist_ok=True)
    take_all(browser, FOLDER, pages_of(browser, system, host))
    take_dashboard(browser, system)
    with nobody_home(system):
        take_all(browser, FOLDER, {"unavailable": address(system, "unvisited.localhost")})


def take_scenes(browser: Browser) -> None:
    """Take each scene on a phone and a desktop; some also narrower, wider, in grey, printed."""
    folder = FOLDER / "scenes"
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in SCENES.items():
        (folder / f"{name}.html").write_bytes(render_eager(make(), TODAY)[0]["index.html"])
    pages = {name: (folder / f"{name}.html").absolute().as_uri() for name in SCENES}
    take_all(browser, folder, pages)
    for width, name in product((320, 768, 1920), ("demo", "scripts")):
        tab = browser.new_page(viewport={"width": width, "height": HEIGHT}, color_scheme="dark")
        tab.goto(pages[name])
        tab.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        tab.close()
    take_grey(browser, pages["demo"], folder)


def take_grey(browser: Browser, url: str, folder: Path) -> None:
    """Take the bars in grey, in both themes, and the page as it is printed."""
    for theme in THEMES:
        tab = browser.new_page(viewport={"width": 1280, "height": HEIGHT}, color_scheme=theme)
        tab.goto(url)
        tab.evaluate("document.documentElement.style.filter = 'grayscale(1)'")
        tab.locator(".tree").screenshot(path=folder / f"grey-{theme}.png")
        tab.close()
    tab = browser.new_page(viewport={"width": 800, "height": HEIGHT})
    tab.emulate_media(media="print")
    tab.goto(url)
    tab.screenshot(path=folder / "print.png", full_page=True)
    tab.close()


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


def take_desk(browser: Browser, system: System) -> None:
    """Take the dashboard's list of components, on a desktop in the dark."""
    session = enter(browser, system, "login", demo_login(system))
    size = {"width": 1280, "height": 760}
    context = browser.new_context(viewport=size, color_scheme="dark", storage_state=session)
    look = Look(context.new_page())
    look.go(address(system, "localhost", "/dashboard"))
    look.page.locator("h2 a").first.click()
    look.page.locator(".tree").wait_for()
    look.page.screenshot(path=README / "dashboard.png")
    context.close()


def demo_login(system: System) -> dict[str, str]:
    """Return what the demo's owner logs in with."""
    kept = json.loads((system.folder / "demo.json").read_text())
    return {"email": kept["login_email"], "password": kept["login_password"]}


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
        **{
            f"docs{name.replace('/', '-')}": address(system, "localhost", f"/docs{name}")
            for name in DOCS
        },
        "og": address(system, host, "/og.png"),
    }


def take_dashboard(browser: Browser, system: System) -> None:
    """Take the doors as a stranger, all else as the demo's owner and as a newcomer."""
    doors = {name: address(system, "localhost", f"/dashboard/{name}") for name in DOORS}
    take_all(browser, FOLDER, {f"dashboard-{name}": url for name, url in doors.items()})
    demo = demo_login(system)
    session = enter(browser, system, "login", demo)
    furnish(browser, system, session, demo["email"])
    screens = screens_of(browser, system, session)
    take_all(browser, FOLDER, screens, session)
    take_foreseen(browser, screens["dashboard-incident-new"], session)
    newcomer = enter(browser, system, "signup", {"email": "new@example.com", "password": "x" * 12})
    empty = {"dashboard-empty": address(system, "localhost", "/dashboard")}
    take_all(browser, FOLDER, empty, newcomer)


def enter(browser: Browser, system: System, door: str, body: dict[str, str]) -> StorageState:
    """Log in or sign up; return what a browser stores of it."""
    context = browser.new_context()
    answer = context.request.post(
        address(system, "127.0.0.1", f"/api/v1/auth/{door}"),
        data=body,
        headers={"Host": f"localhost:{system.webs[0].port}"},
    )
    assert answer.ok, answer.text()
    state = context.storage_state()
    for cookie in state["cookies"]:
        cookie["domain"] = "localhost"
    context.close()
    return state


def furnish(browser: Browser, system: System, session: StorageState, email: str) -> None:
    """Give the demo's owner what she has nothing of yet: a key, a template, a domain, a slot."""
    with inside(system):
        grant_tokens(email, 1200)
    kept = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in session["cookies"])
    context = browser.new_context(
        extra_http_headers={
            "Host": f"localhost:{system.webs[0].port}",
            "Cookie": kept,
        }
    )
    base = address(system, "127.0.0.1", "/api/v1/status")

    def post(path: str, body: object) -> None:
        answer = context.request.post(base + path, data=body)
        assert answer.ok, answer.text()

    page = context.request.get(base).json()["data"]["pages"][0]["id"]
    post("/purchases/trade", {})
    post(f"/{page}/keys", {"name": "Uptime monitor"})
    post(f"/{page}/mount", {"host": "status.example.org"})
    words = "We see errors and are looking into it. More within 15 minutes."
    post(f"/{page}/templates", {"title": "API errors", "name": "API down", "body": words})
    plan = {"title": "Database upgrade", "kind": "maintenance", "body": "A short pause."}
    post(f"/{page}/templates", plan)
    context.close()


def screens_of(browser: Browser, system: System, session: StorageState) -> dict[str, str]:
    """Every screen of the dashboard by name; ids are read off the lists."""
    tab = browser.new_page(storage_state=session)

    def first(path: str, what: str) -> str:
        tab.goto(address(system, "localhost", path))
        return tab.locator(what).first.get_attribute("href") or ""

    home = first("/dashboard", "h2 a").removesuffix("/components")
    incident = first(f"{home}/incidents", "h3 a")
    paths = {
        "pages": "/dashboard",
        "components": f"{home}/components",
        "component": first(f"{home}/components", ".leaf .edit"),
        "incidents": f"{home}/incidents",
        "incident-new": f"{home}/incidents/new",
        "incident": incident,
        "incident-edit": f"{incident}?edit=facts",
        "maintenance": f"{home}/maintenance",
        "maintenance-new": f"{home}/maintenance/new",
        "maintenance-one": first(f"{home}/maintenance", "h3 a"),
        "customize": f"{home}/customize",
        "domain": f"{home}/domain",
        "share": f"{home}/share",
        "keys": f"{home}/keys",
        "templates": f"{home}/templates",
        "template": first(f"{home}/templates", "#templates a.quiet"),
        "activity": f"{home}/activity",
        "settings": f"{home}/settings",
        "tokens": "/dashboard/tokens",
        "account": "/dashboard/account",
        "lost": "/dashboard/nothing",
    }
    tab.close()
    return {f"dashboard-{name}": address(system, "localhost", at) for name, at in paths.items()}


def take_foreseen(browser: Browser, url: str, session: StorageState) -> None:
    """Take an incident that is about to be opened, with what visitors will see."""
    for look, suffix in looks(browser, session):
        look.go(url)
        look.page.get_by_label("Title").fill("Checkout fails")
        look.page.get_by_role("textbox", name="Message").fill("We see **errors** and look into it.")
        look.page.locator("[data-all]:visible").first.check()
        look.page.locator(".outlook summary").click()
        look.page.frame_locator(".outlook iframe").locator(".hero").wait_for()
        shoot(look, FOLDER / f"dashboard-foreseen-{suffix}.png")


def looks(browser: Browser, session: StorageState | None) -> Iterator[tuple[Look, str]]:
    """Yield a tab for every width in both themes, as who has the session, and how to name it."""
    for theme, width in product(THEMES, WIDTHS):
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            color_scheme=theme,
            timezone_id="UTC",
            storage_state=session,
        )
        yield Look(context.new_page()), f"{width}-{theme}"
        context.close()


def shoot(look: Look, path: Path) -> None:
    """Take the whole of what is shown, and say where it is."""
    unroll(look)
    look.page.screenshot(path=path, full_page=True)
    print(path)


def unroll(look: Look) -> None:
    """Make the window as high as what is in it, so that what sticks to its edges stays there."""
    height = look.page.evaluate("document.documentElement.scrollHeight")
    width = look.page.evaluate("innerWidth")
    look.page.set_viewport_size({"width": width, "height": max(height, HEIGHT)})


def take_all(
    browser: Browser, folder: Path, pages: dict[str, str], session: StorageState | None = None
) -> None:
    """Take each page at every width in both themes, as who has the session."""
    for look, suffix in looks(browser, session):
        size = look.page.viewport_size
        for name, url in pages.items():
            look.go(url)
            shoot(look, folder / f"{name}-{suffix}.png")
            look.page.set_viewport_size(size)


if __name__ == "__main__":
    main()
