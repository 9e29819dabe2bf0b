"""Fixtures of the browser tests: one Chromium, the demo on the shared system, and tabs."""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import stage
from tests.support.prerequisites import skip_without


@pytest.fixture(scope="package")
def chromium():
    """Chromium; without one the tests are skipped, unless this is CI.

    Not for the session: Playwright keeps an event loop running, and tests of other rooms in this
    process run loops of their own.
    """
    skip_without("Chromium", is_there=stage.chromium_path() is not None)
    with sync_playwright() as playwright:
        browser = stage.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(system):
    """The address of the demo's page."""
    return stage.address(system, stage.seed_demo(system), "")


@pytest.fixture
def tab(chromium):
    """Make tabs: `tab(url, width=390, theme="light", …)` opens one and goes there."""
    contexts = []

    def opened(url, *, width=1280, height=900, theme="dark", **more):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            timezone_id=more.pop("timezone", "UTC"),
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(stage.LIMIT_MS)
        look = stage.Look(context.new_page())
        look.answer = look.go(url)
        return look

    yield opened
    for context in contexts:
        context.close()
