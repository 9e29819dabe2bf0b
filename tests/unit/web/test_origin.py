"""How the origin of the base is written by a browser."""

import pytest

from web.http.auth import origins_of


@pytest.mark.parametrize(
    ("base_url", "origins"),
    [
        ("https://hep.gg", {"https://hep.gg", "https://hep.gg:443"}),
        ("https://HEP.gg:443", {"https://hep.gg", "https://hep.gg:443"}),
        ("https://hep.gg:8443", {"https://hep.gg:8443"}),
        ("http://localhost:8000", {"http://localhost:8000"}),
        ("http://localhost", {"http://localhost", "http://localhost:80"}),
        ("http://[::1]:8000", {"http://[::1]:8000"}),
    ],
)
def test_origin_is_scheme_host_and_port_when_a_base_has_any(base_url, origins):
    assert origins_of(base_url) == origins
