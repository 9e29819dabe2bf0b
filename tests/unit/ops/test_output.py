import io
import os
import sys

import pytest

from ops.cli.moves import show_progress
from ops.local import processes
from ops.local.child import LogFolder, PrefixedOutput, say


def test_every_line_is_printed_with_its_speaker_and_the_last_are_remembered(capsys):
    output = PrefixedOutput()
    descriptor = output.open("web")
    os.write(descriptor, b"one\n\ntwo \xff\nthree without an end")
    os.close(descriptor)
    assert processes.wait_until(lambda: len(output.last_lines("web")) == 3, 5)
    assert output.last_lines("web") == ["one", "two \ufffd", "three without an end"]
    assert capsys.readouterr().out.startswith("web      | one\nweb      | two")


def test_saying_something_to_a_closed_terminal_is_no_failure(monkeypatch):
    class Closed(io.StringIO):
        def write(self, _text):
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Closed())
    say("hep", "nobody hears this")


def test_log_goes_on_after_a_restart_and_a_large_one_is_moved_aside(tmp_path):
    log = LogFolder(tmp_path / "log")
    for line in (b"first\n", b"second\n"):
        descriptor = log.open("redis")
        os.write(descriptor, line)
        os.close(descriptor)
    assert log.last_lines("redis") == ["first", "second"]
    assert log.last_lines("redis", 1) == ["second"]
    log.path("redis").write_bytes(b"x" * 2_000_000)
    os.close(log.open("redis"))
    assert log.last_lines("redis") == []
    assert log.path("redis").with_suffix(".log.1").stat().st_size == 2_000_000


def test_a_child_that_said_nothing_has_no_last_lines(tmp_path):
    assert LogFolder(tmp_path).last_lines("web") == []
    assert PrefixedOutput().last_lines("web") == []


@pytest.mark.parametrize("is_terminal", [True, False])
def test_every_item_is_given_when_progress_is_shown_or_not(monkeypatch, is_terminal):
    monkeypatch.setattr("sys.stderr", Terminal() if is_terminal else io.StringIO())
    assert list(show_progress(iter("abc"), "Reading", 3)) == ["a", "b", "c"]
    assert ("Reading" in sys.stderr.getvalue()) is is_terminal


class Terminal(io.StringIO):
    def isatty(self):
        return True
