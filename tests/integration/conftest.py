"""What tests of the store and of workers share."""

import pytest

from domain.runtime import settings
from tests.support.name_server import name_server


@pytest.fixture
def zone(store, monkeypatch):
    """A name server that this process, as a worker, asks."""
    with name_server() as zone:
        monkeypatch.setenv("DNS_SERVERS", "127.0.0.1")
        monkeypatch.setenv("DNS_PORT", str(zone.port))
        monkeypatch.setenv("DNS_TIMEOUT_S", "1")
        settings.load_settings.cache_clear()
        yield zone
    for name in ("DNS_SERVERS", "DNS_PORT", "DNS_TIMEOUT_S"):
        monkeypatch.delenv(name)
    settings.load_settings.cache_clear()
