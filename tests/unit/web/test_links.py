"""Addresses that links of a page's owner may have; those that are refused are in the table.

Source: docs/behaviour.md, "Settings of a page".
"""

import pytest

from web.api.pages.links import url_problem


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.com", "HTTPS://ACME.COM/", "https://acme.com:8443/a/b?c=d&e#f",
        "https://münchen.example/straße", "https://xn--mnchen-3ya.example", "https://acme.com.",
        "https://192.0.2.1/", "https://[2001:db8::1]:443/x", "https://intranet/help",
        "https://acme.com/?to=a@b.c", "https://acme.com/%20", "https://acme.com/(a)[b]'c'",
        "mailto:help@acme.com", "MAILTO:help@acme.com?subject=Status%20page",
        "mailto:help%2Bpage@acme.com",
    ],
)  # fmt: skip
def test_an_address_is_taken_when_browsers_and_mail_programs_open_it(url):
    assert url_problem(url) is None
