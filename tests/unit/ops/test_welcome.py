from pathlib import Path

import pytest

from ops.local.demo import DemoAccess
from ops.local.welcome import build_welcome

DATA = Path("/tmp/my data")


def access(host: str) -> DemoAccess:
    return DemoAccess(f"http://{host}:8000/", "demo@example.com", "secret", "hyd_status_x")


def test_banner_has_the_addresses_and_the_first_steps_of_the_demo():
    banner = build_welcome(access("demo.localhost"), "http://localhost:8000", DATA)
    for part in ("http://demo.localhost:8000/", "http://localhost:8000/dashboard", "hyd_status_x",
                 '-d \'{"title": "Slow answers"', "127.0.0.1 demo.localhost\n"):  # fmt: skip
        assert part in banner


def test_banner_says_how_to_restore_when_there_is_no_demo():
    banner = build_welcome(None, "http://localhost:8000", DATA)
    assert "HEPSTATUS_DATA_DIR='/tmp/my data' .venv/bin/hepstatus restore FILE" in banner
    assert "curl" not in banner


@pytest.mark.parametrize("is_demo", [True, False])
def test_banner_says_nothing_of_names_when_they_are_in_dns(is_demo):
    demo = access("demo.status.example") if is_demo else None
    assert "/etc/hosts" not in build_welcome(demo, "https://status.example", DATA)
