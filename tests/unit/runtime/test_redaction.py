"""Nothing that looks like a secret gets into a line, however it got there."""

import json
import logging
import sys
import time

import pytest

from domain.runtime.logging import (
    bind_fields,
    build_formatter,
    redact,
    redact_fields,
    request_id_of,
)

SECRET = "S3cr3tValue"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization=Bearer {SECRET} and more",
        f"hyd_status_{SECRET}",
        f"postgresql://hepstatus:{SECRET}@127.0.0.1:5432/hepstatus",
        f"redis://:{SECRET}@valkey:6379/0",
        f"Cookie: hepstatus_session={SECRET}; a=b",
        f'{{"password": "{SECRET}"}}',
        f"{{'password': '{SECRET} with spaces'}}",
        f"password={SECRET}&email=a@example.com",
        f"Idempotency-Key: {SECRET}",
        f"Cookie: hepstatus_session=a; hepstatus_device={SECRET}",
        f"Set-Cookie: a={SECRET}; Path=/; b={SECRET}",
        f"hepstatus_device={SECRET}",
        f"POST https://localhost/s/{SECRET}{SECRET} failed",
        f"Authorization: Digest username=ada, response={SECRET}",
        f'{{"currentPassword": "{SECRET} with spaces"}}',
        rf"'{{\"currentPassword\": \"{SECRET}\"}}'",
        rf"{{'password': 'it\'s {SECRET}'}}",
        f"newPassword={SECRET}&a=b",
        f"POSTGRES_PASSWORD={SECRET}",
        f"password_hash={SECRET}",
        f"[(b'host', b'a'), (b'idempotency-key', b'{SECRET} b'), (b'a', b'b')]",
        f"{{b'cookie': b'a={SECRET}; b={SECRET}'}}",
        f"('X-Api-Key', \"{SECRET}\")",
    ],
)
def test_a_secret_is_masked_when_it_stands_in_a_text(text):
    assert SECRET not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "drained",
        "http://page.localhost:8000/",
        "a@example.com: b",
        "tokens: 480",
        "3 sessions=ended",
        "a wrong password, twice",
    ],
)
def test_a_text_stays_as_it_is_when_nothing_in_it_is_secret(text):
    assert redact(text) == text


def test_secrets_are_masked_when_fields_are_nested_or_named_like_them():
    named = (
        "currentPassword",
        "POSTGRES_PASSWORD",
        "password_hash",
        "hepstatus_device",
        "Set-Cookie",
    )
    fields = {
        "password": 1,
        **dict.fromkeys(named, SECRET),
        "tokens": 480,
        "a": [{"b": f"Bearer {SECRET}"}],
        "c": (SECRET.encode(),),
    }
    said = redact_fields({**fields, "c": {"session_token": SECRET}})
    assert SECRET not in str(said)
    assert {said["password"], *(said[name] for name in named)} == {"…"}
    assert said["tokens"] == 480


def test_a_long_text_takes_no_time_when_it_looks_like_names():
    text = ("password" * 3_000) + "-token_" * 3_000 + "'" * 3_000 + "cookie " * 3_000
    began_at = time.process_time()
    redact(text)
    assert time.process_time() - began_at < 1


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_line_names_what_is_bound_and_no_secret_when_something_raises(log_format):
    # given a defect whose message and arguments quote a secret
    def fail(password):
        raise ValueError(f"password={password}")

    try:
        fail(SECRET)
    except ValueError:
        raised = sys.exc_info()
    record = logging.LogRecord("a", 40, "f", 1, "%s failed", (f"Bearer {SECRET}",), raised)
    record.stream = "p_1"
    # when a line is made of it
    with bind_fields(request_id="q_1"):
        line = build_formatter("web", log_format).format(record)
    # then it tells who, where and what, but not that
    assert SECRET not in line
    for part in ("q_1", "p_1", "ValueError", "failed", "Traceback"):
        assert part in line
    if log_format == "json":
        assert json.loads(line)["role"] == "web"
        assert "\n" not in line


def test_an_id_is_taken_as_it_is_when_a_proxy_made_it():
    for told in ("f3b1c2d4-0000-4000-8000-000000000000", "01h8xgj2k3m4n5p6q7r8s9t0vw"):
        assert request_id_of(told) == told
    assert request_id_of(None) != request_id_of(None)
