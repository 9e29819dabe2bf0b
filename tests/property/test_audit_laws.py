"""Laws of the audit: every command has a sentence, none tells a secret."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.store.postgres.command_codec import KINDS, decode_command, encode_command
from tests.property.test_codec_laws import COMMANDS, FIRST_PAYLOADS
from web.api.audit import details
from web.api.audit_sentences import all_sentences, sentence

MARK = "5ecret-that-nobody-may-read"
WORDS = ("hash", "secret", "password", "token")


def test_every_command_has_a_sentence_when_kinds_are_counted():
    assert set(all_sentences()) == set(KINDS)


def marked(value):
    """The same JSON with a secret wherever a name says that one may be."""
    if isinstance(value, dict):
        return {n: MARK if any(w in n for w in WORDS) else marked(v) for n, v in value.items()}
    return [marked(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
@given(data=st.data(), outcome=st.sampled_from(["applied", "refused", "failed", None]))
def test_no_secret_is_told_when_a_command_is_any(kind, data, outcome):
    name, payload = encode_command(data.draw(COMMANDS[kind]))
    secret = marked(json.loads(payload))
    said = sentence(name, secret, {}, outcome)
    told = json.dumps(details(name, secret))
    assert said
    assert MARK not in said + told
    assert not [word for word in WORDS if f'{word}":' in told.lower()]


def test_a_secret_would_be_noticed_when_a_command_has_one():
    kinds = {k.__name__ for k in COMMANDS if any(f.name == "hash" for f in fields(k))}
    assert kinds == {"CreateKey", "ChangeKey"}
    assert "hash" not in details("CreateKey", {"key_id": "k", "name": "n", "hash": MARK})


@pytest.mark.parametrize("kind", sorted(FIRST_PAYLOADS))
def test_row_of_the_first_day_is_told_when_newer_fields_are_missing(kind):
    payload = json.loads(FIRST_PAYLOADS[kind])
    assert decode_command(kind, FIRST_PAYLOADS[kind])
    assert "None" not in sentence(kind, payload, {}, "applied")


def test_row_of_tomorrow_is_told_when_nobody_here_knows_its_kind():
    assert sentence("Unheard", {}, {}, "applied")
    assert details("Unheard", {"anything": MARK}) == {}
    assert details("DeleteKey", {"key_id": "k", "of_tomorrow": MARK}) == {"keyId": "k"}
