"""Texts of one line hold no controls, and nothing of a tenant's reaches a terminal raw."""

import json
import logging
import sys

import pytest

from domain.account.credentials import email_problem
from domain.runtime.logging import build_formatter
from domain.text import clean_line, printable, same_name
from ops.local.child import say as say_of_child
from ops.operator_error import say
from tests.architecture.source import sources
from web.api.incidents.schemas import NewIncident
from web.api.owner_resource import NewComponent
from web.http.bodies import decode_body
from web.http.errors import ApiError

CONTROLS = [chr(code) for code in (*range(1, 0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)]
OVERRIDES = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
EVIL = "\x1b]0;owned\x07\x9b31m\r\n2026 ERROR forged\u202egnp.exe"
RAW = ("\x1b", "\x07", "\x9b", "\r", "\u202e")


@pytest.mark.parametrize("character", CONTROLS + OVERRIDES, ids=ascii)
def test_character_is_stripped_when_a_text_has_one_line(character):
    assert clean_line(f"{character} Pay{character}ments{character}") == "Payments"
    body = json.dumps({"name": f"Pay{character}ments"}).encode()
    assert decode_body(body, NewComponent).name == "Payments"
    assert same_name(f"Pay{character}ments", "payments")
    assert email_problem(f"a{character}da@example.com")


def test_text_is_missing_when_it_holds_controls_only():
    with pytest.raises(ApiError, match="Enter a name for the component"):
        decode_body(json.dumps({"name": "\n\u202e\t"}).encode(), NewComponent)


def test_lines_stay_when_a_text_may_have_several():
    given = {"title": "Down\n", "body": "One.\n\nTwo."}
    body = decode_body(json.dumps(given).encode(), NewIncident)
    assert (body.title, body.body) == ("Down", "One.\n\nTwo.")


@pytest.mark.parametrize("text", ["مرحبا\u200f!", "שלום", "👩\u200d💻", "Ünïcödé – “x”"])
def test_text_stays_as_it_is_when_it_is_of_any_script(text):
    assert clean_line(text) == text


def test_terminal_is_told_one_line_when_a_tenants_text_is_hostile(capsys):
    say(EVIL)
    say_of_child("web", EVIL)
    out = capsys.readouterr().out
    assert out.count("\n") == 2
    assert not any(character in out for character in RAW)
    assert printable("plain – ünï 你好\t") == "plain – ünï 你好\t"


def fail():
    raise ValueError(EVIL)


def test_log_line_is_one_line_when_what_it_says_is_hostile():
    try:
        fail()
    except ValueError:
        failure = sys.exc_info()
    for fields, exc_info in (({}, None), ({"page": EVIL, "more": [{"name": EVIL}]}, failure)):
        record = logging.LogRecord("web", logging.ERROR, "x.py", 1, "page %s", (EVIL,), exc_info)
        vars(record).update(fields)
        said = build_formatter("web", "text").format(record)
        assert not any(character in said for character in RAW), said
        assert exc_info or "\n" not in said
        assert "\n2026 ERROR forged" not in said


def test_operators_verbs_print_through_one_function():
    raw = [
        str(source.path)
        for source in sources("ops")
        if "click.echo(" in source.text and str(source.path) != "ops/operator_error.py"
    ]
    assert not raw, f"Say it with ops.operator_error.say: {raw}"
