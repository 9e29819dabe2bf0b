"""The client of all outgoing requests. Source: docs/behaviour.md, "Outgoing requests"."""

import ssl
from unittest import mock

import pytest

from domain.runtime.outgoing import client
from domain.runtime.outgoing.client import Answer, OutgoingError, post
from domain.runtime.outgoing.target import BadTargetError, Targets, UncheckedTargetError
from domain.runtime.settings import Settings, SettingsError, build_settings
from tests.support.name_server import name_server
from tests.support.receiver import CERTIFICATE, receiver

GLOBAL = "93.184.215.14"


@pytest.fixture(scope="module")
def zone():
    with name_server() as zone:
        yield zone


@pytest.fixture(scope="module")
def hook():
    with receiver() as hook:
        yield hook


def targets(zone=None, *, is_any=False, own=frozenset()):
    dns = {"dns_servers": "127.0.0.1", "dns_port": zone.port} if zone else {}
    own_names = {"base_domain": "status.example.com", "cname_target": "edge.example.net"}
    settings = Settings(**own_names, outgoing_any=is_any, **dns)
    return Targets(settings, own.__contains__)


def refusal(url, rules):
    with pytest.raises(BadTargetError) as caught:
        rules.check(url)
    return str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x", "ftp://hooks.example/x", "hooks.example/x", "https:///x", "",
        "https://me:secret@hooks.example/x", "https://me@hooks.example/x", "https://[::1/x",
        "https://hooks.example/\nx", "https://hooks.example/" + "x" * 2_000, "https://hooks.example:x/",
        "https://hooks.example\\@10.0.0.1/", "https://hooks.example/a b", "https://hooks.example/\u2028",
        "https://hooks.example:80/x", "https://hooks.example:22/x", "https://hooks.example:0/",
    ],
)  # fmt: skip
def test_an_address_is_refused_when_it_is_no_plain_https(zone, url):
    zone.put("hooks.example", "A", GLOBAL)
    assert refusal(url, targets(zone))[:5] in ("Enter", "Only ")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "240.0.0.1",
        "192.0.0.192", "168.63.129.16", "fec0::1", "4000::1", "2002:e000:1::",
        "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:7f00:1",
        "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "::7f00:1",
    ],
)  # fmt: skip
def test_an_address_is_refused_when_it_is_not_on_the_public_internet(zone, address):
    literal = f"[{address}]" if ":" in address else address
    assert "public internet" in refusal(f"https://{literal}/x", targets(zone))
    zone.put("inside.example", "AAAA" if ":" in address else "A", address)
    try:
        assert "public internet" in refusal("https://inside.example/x", targets(zone))
    finally:
        zone.put("inside.example", "AAAA" if ":" in address else "A")


@pytest.mark.parametrize(
    "address",
    [GLOBAL, "2606:4700::1", "::ffff:5db8:d70e", "64:ff9b::5db8:d70e", "2002:5db8:d70e::"],
)
def test_an_address_is_taken_when_it_stands_for_a_public_one(zone, address):
    # a resolver of a network without IPv4 makes such addresses of all others (DNS64)
    host = f"[{address}]" if ":" in address else address
    assert targets(zone).check(f"https://{host}/").host == address


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost", "db"])
def test_an_address_is_refused_when_its_host_has_no_public_name(zone, host):
    assert "not found" in refusal(f"https://{host}/x", targets(zone))


def test_one_private_address_among_public_ones_is_enough_to_refuse(zone):
    zone.put("mixed.example", "A", GLOBAL, "10.0.0.1")
    assert "public internet" in refusal("https://mixed.example/", targets(zone))


@pytest.mark.parametrize(
    "host",
    [
        "status.example.com",
        "t.edge.example.net",
        "ACME.status.example.com.",
        "xn--mnchen-3ya.example",
        "münchen.example",
    ],
)
def test_our_own_hosts_are_refused(zone, host):
    rules = targets(zone, own=frozenset(["xn--mnchen-3ya.example"]))
    assert "our own" in refusal(f"https://{host}/x", rules)
    broken = Targets(rules.settings, mock.Mock(side_effect=OSError))
    with pytest.raises(UncheckedTargetError, match="at the moment"):
        broken.check("https://hooks.example/")


def test_a_host_and_a_path_of_any_script_are_sent_in_ascii(zone):
    zone.put("xn--mnchen-3ya.example", "A", GLOBAL)
    target = targets(zone).check("https://MÜNCHEN.example./ä?ö=%20")
    assert (target.host, target.path) == ("xn--mnchen-3ya.example", "/%C3%A4?%C3%B6=%20")


def test_only_loopback_is_allowed_besides_when_any_address_is(zone):
    rules = targets(zone, is_any=True)
    assert rules.check("http://127.0.0.1:1/").port == 1
    for address in ("10.0.0.1", "169.254.169.254", "0.0.0.0"):
        assert "public internet" in refusal(f"http://{address}/", rules)


def test_a_public_address_is_checked_once_and_connected_to_as_it_was_checked(zone, hook):
    zone.put("good.example", "A", GLOBAL)
    target = targets(zone).check("https://good.example:8443/a?b=c")
    assert (target.address, target.port, target.path) == (GLOBAL, 8443, "/a?b=c")
    # given a name that leads elsewhere at each question
    zone.put("moving.example", "A", "127.0.0.1")
    zone.asked.clear()
    hook.answer = 204
    answer = post(targets(zone, is_any=True), f"http://moving.example:{hook.port}/x", b"{}", {})
    assert (answer.status, zone.asked.count(("moving.example", "A"))) == (204, 1)
    path, headers, body = hook.requests[-1]
    assert (path, headers["Host"], body) == ("/x", f"moving.example:{hook.port}", b"{}")


def test_a_name_that_was_public_is_refused_at_the_connection_when_it_is_not_any_more(zone, hook):
    zone.put("rebound.example", "A", GLOBAL)
    targets(zone).check("https://rebound.example/")
    zone.put("rebound.example", "A", "127.0.0.1")
    before = len(hook.requests)
    with pytest.raises(OutgoingError, match="public internet"):
        post(targets(zone), "https://rebound.example/", b"", {})
    assert len(hook.requests) == before


@pytest.mark.parametrize("status", [200, 302, 410, 429, 500])
def test_an_answer_is_told_as_it_came(hook, status):
    hook.answer, hook.headers = status, {"Location": hook.url("/other"), "Retry-After": "7"}
    before = len(hook.requests)
    assert post(targets(is_any=True), hook.url(), b"x", {}) == Answer(status, b"", 7.0)
    assert len(hook.requests) == before + 1  # no redirect is followed


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [("hang", "in time"), ("drip", "in time"), ("cut", "ended the connection")],
)
def test_a_bad_server_is_left_after_a_while(hook, trouble, reason):
    hook.answer = trouble
    limits = mock.patch.multiple(client, LIMIT_S=0.5, CONNECT_S=5.0)
    with limits, pytest.raises(OutgoingError, match=reason):
        post(targets(is_any=True), hook.url(), b"x", {})


def test_a_bomb_is_not_inflated_and_not_read_to_its_end(hook):
    hook.answer = "bomb"
    answer = post(targets(is_any=True), hook.url(), b"x", {})
    assert (answer.status, len(answer.body)) == (200, 64 * 1024)
    assert answer.body.startswith(b"\x1f\x8b")  # as it came


def test_a_message_is_taken_when_only_the_body_of_its_answer_breaks_off(hook):
    hook.answer = "broken"
    assert post(targets(is_any=True), hook.url(), b"x", {}).status == 200


def test_a_server_may_think_for_longer_than_a_connection_takes(hook):
    hook.answer = "slow"
    with mock.patch.object(client, "CONNECT_S", 0.2):
        assert post(targets(is_any=True), hook.url(), b"x", {}).status == 200


def test_no_reason_and_no_log_line_has_the_address(hook, caplog):
    caplog.set_level("DEBUG")
    hook.answer = "odd"
    assert post(targets(is_any=True), hook.url("/secret"), b"x", {}).status == 200
    hook.answer = "cut"
    for url in (hook.url("/secret"), "http://127.0.0.1:1/secret", "http://10.0.0.1/secret"):
        with pytest.raises(OutgoingError) as refused:
            post(targets(is_any=True), url, b"x", {})
        assert not any(part in f"{refused.value} {caplog.text}" for part in ("secret", "0.0.1"))


def test_a_certificate_is_of_the_host_and_of_a_known_authority(zone):
    trusting = ssl.create_default_context(cafile=CERTIFICATE)
    for host in ("hooks.example.com", "other.example.com"):
        zone.put(host, "A", "127.0.0.1")
    with receiver(is_tls=True) as hook:

        def call(host):
            return post(targets(zone, is_any=True), f"https://{host}:{hook.port}/", b"", {}).status

        with mock.patch.object(client, "tls_context", return_value=trusting):
            assert call("hooks.example.com") == 204
            with pytest.raises(OutgoingError, match="no valid certificate"):
                call("other.example.com")
        with pytest.raises(OutgoingError, match="no valid certificate"):
            call("hooks.example.com")
        assert len(hook.requests) == 1
        assert trusting.check_hostname


def test_a_server_without_tls_or_without_a_port_is_told_apart(hook):
    with pytest.raises(OutgoingError, match="no valid certificate"):
        post(targets(is_any=True), hook.url().replace("http:", "https:"), b"x", {})
    with pytest.raises(OutgoingError, match="could not be reached"):
        post(targets(is_any=True), "http://127.0.0.1:1/", b"x", {})


def test_any_address_is_for_tests_on_one_machine_only():
    with pytest.raises(SettingsError, match="OUTGOING_ANY"):
        build_settings({"OUTGOING_ANY": "on", "BASE_DOMAIN": "status.example.com"})
    assert build_settings({"OUTGOING_ANY": "on"}).outgoing_any
