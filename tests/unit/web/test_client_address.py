"""What stands for an address when attempts are counted."""

import pytest

from web.http.rate_limits import network_of


@pytest.mark.parametrize(
    ("host", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("unix:", "unknown"),
        ("", "unknown"),
        ("999.1.1.1", "unknown"),
    ],
)
def test_address_is_counted_by_what_one_client_has_when_it_is_read(host, counted_as):
    assert network_of(host) == counted_as
