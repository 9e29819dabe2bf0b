"""What an owner may name as a host, in which form it is kept, and what is said otherwise."""

import pytest

from domain.account.domains import MountKind
from domain.runtime.settings import build_settings
from web.api.domains.schemas import build_mount_command, is_apex, normalize_host
from web.http.errors import ApiError
from web.http.hosts import normalize_host_header, to_unicode_host

HEP = build_settings({"BASE_DOMAIN": "hep.gg", "HEPSTATUS_DATA_DIR": "/nowhere"})
LOCAL = build_settings({"HEPSTATUS_DATA_DIR": "/nowhere"})


def refused(given, settings=HEP, field="host"):
    """The refusal of a host."""
    with pytest.raises(ApiError) as caught:
        normalize_host(given, field, settings)
    return caught.value


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("status.acme.com", "status.acme.com"),
        ("Status.ACME.com.", "status.acme.com"),
        ("status.acme.com:8443", "status.acme.com"),
        ("  https://status.acme.com/  ", "status.acme.com"),
        ("HTTP://status.acme.com:80", "status.acme.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example。", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("\uff53tatus\uff0eacme\uff0ecom", "status.acme.com"),
        ("straße.de", "xn--strae-oqa.de"),
        ("status.acme.test", "status.acme.test"),
        ("acme.test", "acme.test"),
        ("acme.co.uk", "acme.co.uk"),
        ("me.github.io", "me.github.io"),
        ("acme.hep.gg", "acme.hep.gg"),
        ("nothep.gg", "nothep.gg"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
        ("1.2.3.example", "1.2.3.example"),
    ],
)
def test_host_has_one_form_when_it_is_typed_in_many(given, host):
    assert normalize_host(given, "host", HEP) == host
    assert normalize_host(host, "host", HEP) == host


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("*.acme.com", "wildcard"),
        ("*", "wildcard"),
        ("192.0.2.1", "IP address"),
        ("192.0.2.1:80", "IP address"),
        ("2130706433", "IP address"),
        ("0x7f000001", "IP address"),
        ("0x7f.1", "IP address"),
        ("127.1", "IP address"),
        ("status.acme.0177", "IP address"),
        ("[2001:db8::1]", "IP address"),
        ("2001:db8::1", "IP address"),
        ("http://[::1]/", "IP address"),
        ("acme", "full host name (host), such as acme.hep.gg"),
        ("https://", "empty parts"),
        ("status..acme.com", "empty parts"),
        (".acme.com", "empty parts"),
        ("acme.com..", "empty parts"),
        ("a" * 64 + ".com", "63 characters"),
        ("ab." * 84 + "com", "253 characters"),
        ("under_score.acme.com", "underscores"),
        ("-acme.com", "no hyphen"),
        ("acme-.com", "no hyphen"),
        ("ac me.com", "hyphens and dots only"),
        ("acme\t.com", "hyphens and dots only"),
        ("acme%2ecom", "hyphens and dots only"),
        ("ac!me.com", "letters, digits and hyphens"),
        ("\u202eacme.com", "hyphens and dots only"),
        ("💩.la", "hyphens and dots only"),
        ("xn--zz-zzzzzzzzzz9.com", "hyphens and dots only"),
        ("xn--a.com", "hyphens and dots only"),
        ("https://status.acme.com/path", "without a path"),
        ("status.acme.com?x", "without a path"),
        ("status.acme.com#x", "without a path"),
        ("status.acme.com\\x", "without a path"),
        ("ada@acme.com", "user name"),
        ("https://ada:secret@acme.com", "user name"),
        ("ftp://acme.com", "scheme"),
        ("acme.com:", "host name alone"),
        ("acme.com:https", "host name alone"),
        ("co.uk", "shared by many"),
        ("com", "full host name"),
        ("github.io", "shared by many"),
        ("公司.cn", "shared by many"),
        ("hep.gg", "the service itself"),
        ("HEP.GG.", "the service itself"),
        ("a.b.hep.gg", "one part before"),
        ("cname.hep.gg", "the service needs"),
        ("0123.cname.hep.gg", "the service needs"),
        ("bücher.hep.gg", "letters a-z"),
    ],
)
def test_sentence_says_why_when_a_host_can_not_be_mounted(given, why):
    error = refused(given)
    assert (error.status, error.code) == (400, "VALIDATION")
    assert why in str(error)
    assert error.fields == {"host": str(error)}
    assert "(host)" in str(error)
    assert str(error).endswith(".")


@pytest.mark.parametrize("label", ["www", "api", "ADMIN"])
def test_name_under_the_base_is_a_conflict_when_it_is_reserved(label):
    error = refused(f"{label}.hep.gg", field="domain")
    assert (error.status, list(error.fields)) == (409, ["domain"])


def test_base_of_one_word_has_subdomains_when_it_is_localhost():
    assert normalize_host("acme.localhost:8000", "host", LOCAL) == "acme.localhost"
    for given in ("localhost", "x.cname.localhost", "a.b.localhost"):
        assert refused(given, LOCAL).status == 400


def test_target_is_nobodys_host_when_it_is_set_to_another_name():
    other = build_settings({"BASE_DOMAIN": "hep.gg", "CNAME_TARGET": "Edge.Hep.net."})
    assert other.cname_target == "edge.hep.net"
    for given in ("edge.hep.net", "x.edge.hep.net"):
        assert "the service needs" in str(refused(given, other))
    assert normalize_host("x.hep.net", "host", other) == "x.hep.net"


def test_only_a_domain_has_a_token_when_it_is_mounted():
    of_domain = build_mount_command("p_1", "status.acme.com", "host", HEP)
    of_subdomain = build_mount_command("p_1", "acme.hep.gg", "host", HEP)
    assert (of_domain.kind, len(of_domain.token)) == (MountKind.DOMAIN, 32)
    assert (of_subdomain.kind, of_subdomain.token) == (MountKind.SUBDOMAIN, "")
    assert of_domain.token != build_mount_command("p_1", "status.acme.com", "host", HEP).token


@pytest.mark.parametrize(
    ("host", "is_one"), [("acme.com", True), ("status.acme.com", False), ("acme.co.uk", True)]
)
def test_apex_is_told_from_names_below_it_when_records_are_listed(host, is_one):
    assert is_apex(host) is is_one


def test_both_forms_are_told_when_a_host_is_an_idn():
    assert to_unicode_host("xn--bcher-kva.example") == "bücher.example"
    assert to_unicode_host("xn--a.example") == "xn--a.example"
    assert normalize_host_header("BÜCHER.example:80") == "xn--bcher-kva.example"
