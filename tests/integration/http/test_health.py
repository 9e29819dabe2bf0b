"""Health and readiness, whatever the host.

Source: docs/behaviour.md, "Failures".
"""

import pytest

from tests.integration.http import wire


@pytest.mark.parametrize(
    "host", ["localhost", "nobody.localhost", "foreign.example", "127.0.0.1:8000", "[::1]:8000"]
)
def test_health_is_told_when_any_host_is_asked(actors, host):
    assert wire.read(actors.system, "GET", "/healthz", host) == (200, b"alive\n")
    assert wire.read(actors.system, "GET", "/readyz", host) == (
        200, b'{"ok":true,"log":"ok","redis":"ok","worker":"ok"}',
    )  # fmt: skip
    assert wire.read(actors.system, "POST", "/healthz", host)[0] == 405


def test_health_is_told_when_a_page_host_is_asked(actors):
    vi = actors.visitor(actors.page("API"))
    for path in ("/healthz", "/readyz"):
        assert vi.get(path).status_code == 200
        head = vi.http.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["cache-control"] == "no-store"
