import socket
import sys

import pytest

from ops.local import preflight
from ops.operator_error import CannotRunError


def test_this_python_and_its_libraries_will_do():
    preflight.check_python()
    preflight.check_libraries()


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0)])
def test_another_python_gets_a_sentence(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(
        CannotRunError, match=r"needs Python 3\.11, 3\.12 or 3\.13, and this is 3\.1"
    ):
        preflight.check_python()


def test_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(preflight, "_LIBRARIES", ("json", "no_such_library"))
    with pytest.raises(CannotRunError, match=r"missing: no_such_library\. Run `make clean run`"):
        preflight.check_libraries()


@pytest.mark.parametrize(("text", "port"), [("", 8000), ("1", 1), ("65535", 65535)])
def test_port_is_read_from_the_environment(text, port):
    assert preflight.parse_port({"PORT": text}) == port


@pytest.mark.parametrize("text", ["0", "65536", "-1", "eighty", "80 ", "٨٠"])
def test_what_is_no_port_gets_a_sentence(text):
    with pytest.raises(CannotRunError, match="PORT must be a number from 1 to 65535"):
        preflight.parse_port({"PORT": text})


def test_unusable_setting_gets_a_sentence():
    preflight.check_settings({"RATE_LIMITS": "off"})
    with pytest.raises(CannotRunError, match="RATE_LIMITS must be on or off"):
        preflight.check_settings({"RATE_LIMITS": "disabled"})


def test_busy_port_gets_a_sentence_with_another_to_try():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        port = server.getsockname()[1]
        with pytest.raises(CannotRunError, match=f"Port {port} is in use .* PORT={port + 1}"):
            preflight.check_port(port)
    preflight.check_port(port)


def test_port_counts_as_busy_when_localhost_would_lead_elsewhere():
    with socket.socket(socket.AF_INET6) as server:
        try:
            server.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
        server.listen(1)
        with pytest.raises(CannotRunError, match="in use"):
            preflight.check_port(server.getsockname()[1])


def test_missing_libcairo_is_a_notice_and_no_obstacle(monkeypatch):
    monkeypatch.setattr(preflight, "_CAIRO", ("libnothing.so.0",))
    (notice,) = preflight.notices()
    assert notice.startswith("libcairo is missing: badges as PNG answer 503")
    monkeypatch.setattr(preflight, "_CAIRO", ("libnothing.so.0", "libc.so.6"))
    if sys.platform == "linux":
        assert preflight.notices() == []
