"""A rebuild from an empty Redis gives the same bytes.

Source: docs/behaviour.md, "Same content, same bytes".
"""

import pytest

from tests.browser.stage import seed_demo
from tests.support.actors import Caller
from tests.support.faults.breaking import SOON_S, Behind
from tests.support.stack import wait_until

pytestmark = [pytest.mark.system]

PATHS = ("/", "/status.json", "/status-version.json", "/badge.svg")


def test_every_byte_is_the_same_when_redis_was_emptied(own_system):
    # Given the demo as one web process serves it, and as Redis holds it
    host = seed_demo(own_system)
    behind = Behind(own_system)
    page_id = behind.sql("SELECT id FROM pages WHERE name = 'Lumen Cloud'")[0][0]
    first = Caller(own_system.webs[0], host)
    seen = {path: first.get(path) for path in PATHS}
    held = artifacts(behind, page_id)
    assert "index.html|br" in held

    # When Redis forgets everything
    behind.redis.flushdb()
    wait_until(lambda: artifacts(behind, page_id).keys() == held.keys(), "it is rebuilt", SOON_S)

    # Then it holds the same, and a process that never saw the page serves the same
    assert artifacts(behind, page_id) == held
    second = Caller(own_system.start_web(), host)
    for path, before in seen.items():
        wait_until(lambda path=path: second.get(path).status_code == 200, f"{path} is there")
        after = second.get(path)
        assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    first.close()
    second.close()


def artifacts(behind, page_id):
    """What a page's hash holds that visitors see."""
    kept = ("index.html", "status", "badge", "csp", "meta")
    return {k: v for k, v in behind.hash_of(page_id).items() if k.startswith(kept)}
