"""One mailbox has one key, and two people have two. CASES row 17."""

import pytest

from domain.runtime.credentials import email_key

ONE = [
    ("zo\u00eb@example.com", "zoe\u0308@example.com"),
    ("a@m\u00fcnchen.example", "a@xn--mnchen-3ya.example"),
    ("a@M\u00dcNCHEN.example", "a@XN--MNCHEN-3YA.example"),
    ("a@mu\u0308nchen.example", "a@m\u00fcnchen.example"),
    ("a@example.com", " A@Example.COM. "),
    ("a@\uff45xample.com", "a@example.com"),
    ("STRASSE@example.com", "strasse@example.com"),
    ("Stra\u1e9ee@example.com", "stra\u00dfe@example.com"),
    ("a@-.\u00e4_", "A@-.\u00c4_"),  # IDN does not know it
]
TWO = [
    ("ru\u00df@example.com", "russ@example.com"),
    ("a@stra\u00dfe.example", "a@strasse.example"),
    ("\ufb01@example.com", "fi@example.com"),
    ("a@example.com", "a@example.org"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_keys_are_equal_when_the_mailbox_is_one(one, other):
    assert email_key(one) == email_key(other)
    assert email_key(email_key(one)) == email_key(one)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_keys_differ_when_the_people_are_two(one, other):
    assert email_key(one) != email_key(other)
