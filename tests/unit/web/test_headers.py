"""What headers say: which encoding is wanted, what a client holds, which host is meant."""

import pytest

from web.http.hosts import normalize_host_header
from web.visitors.app import has_matching_etag
from web.visitors.cached_page import accepts_encoding

ACCEPTED = [
    (b"", False),
    (b"br", True),
    (b"gzip, deflate, br", True),
    (b"BR", True),
    (b" br ;q=1.0", True),
    (b"br;q=0.001", True),
    (b"gzip;q=0.5,br;q=0.1", True),
    (b"br;q=0", False),
    (b"br; q=0.000", False),
    (b"br ; Q = 0.0", False),
    (b"gzip", False),
    (b"brotli", False),
    (b"*", False),
    (b"identity", False),
    (b"\xff\xfe, br", True),
    (b",,;;,br", True),
]


@pytest.mark.parametrize(("header", "wanted"), ACCEPTED)
def test_encoding_is_taken_only_when_it_is_named_and_not_refused(header, wanted):
    assert accepts_encoding(header, "br") is wanted


ETAG = b'"abc"'
HELD = [
    (b"", False),
    (b'"abc"', True),
    (b'W/"abc"', True),
    (b'"x", "abc"', True),
    (b'"x",W/"abc" , "y"', True),
    (b"*", True),
    (b'"abcd"', False),
    (b"abc", False),
    (b'"ABC"', False),
    (b'w/"abc"', False),
]


@pytest.mark.parametrize(("header", "wanted"), HELD)
def test_client_holds_the_entity_when_it_names_it_strongly_or_weakly(header, wanted):
    assert has_matching_etag(header, ETAG) is wanted


HOSTS = [
    ("acme.localhost", "acme.localhost"),
    ("ACME.LocalHost:8000", "acme.localhost"),
    ("acme.localhost.", "acme.localhost"),
    ("acme.localhost.:80", "acme.localhost"),
    (" acme.localhost ", "acme.localhost"),
    ("stra\u00dfe.example", "xn--strae-oqa.example"),
    ("STATUS.B\u00dcCHER.example", "status.xn--bcher-kva.example"),
    ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ("b\u00fccher\u3002example", "xn--bcher-kva.example"),
    ("127.0.0.1:8000", "127.0.0.1"),
    ("[::1]:8000", "[::1]"),
    ("a" * 64, "a" * 64),
    ("acme.localhost:", "acme.localhost"),
    ("acme.localhost:65535", "acme.localhost"),
    ("acme.localhost:65536", None),
    ("acme.localhost:http", None),
    ("acme.localhost:1:2", None),
    ("ada@acme.localhost", None),
    ("http://acme.localhost", None),
    ("acme.localhost, acme.localhost", None),
    ("[acme.localhost]", None),
    ("[::1", None),
    ("[::1]x", None),
    ("[" + "a" * 30_000, None),
    ("", None),
    (":8000", None),
    (".", None),
    ("a..b", None),
    ("a b", None),
    ("<script>", None),
    ("a/b", None),
    ("acme.localhost\0", None),
    ("a." * 127 + "toolong", None),
    ("\u200d.example", None),
]


@pytest.mark.parametrize(("header", "wanted"), HOSTS)
def test_host_is_compared_without_case_port_dot_and_script_when_named(header, wanted):
    assert normalize_host_header(header) == wanted
