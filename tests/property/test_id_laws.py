"""Laws of ids, texts and hosts: what identifies, compares and sorts things."""

import re
import time
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from domain.hostnames import is_reserved, subdomain_problem
from domain.results import ENTROPY_BYTES, make_id
from domain.runtime.new_ids import new_api_key, new_id, new_session_token, secret_hash
from domain.text import clean, fold, is_storable, same_name
from web.http.hosts import normalize_host_header

millis = st.integers(0, 2**48 - 1)
entropy = st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES)
anything = st.text(st.characters())
# Joiners, marks of direction, selectors, fillers, tags, a blank of Braille: drawn as nothing.
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066"
)
UNSEEN += "\u2069\u2800\u3164\ufe0f\ufeff\uffa0\U000e0001\U000e0020\U000e007f\U0001d173"


@given(millis, millis, entropy, entropy)
def test_ids_sort_by_time_when_compared_as_text(one, other, noise, more_noise):
    first, second = make_id("i", one, noise), make_id("i", other, more_noise)
    if one != other:
        assert (first < second) == (one < other)


@given(millis, entropy)
def test_id_has_its_shape_and_keeps_what_it_was_made_of_when_made(at, noise):
    made = make_id("c", at, noise)
    assert re.fullmatch(r"c_[0-9abcdefghjkmnpqrstvwxyz]{26}", made)
    number = 0
    for digit in made[2:]:
        number = number * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(digit)
    assert (number >> 80, (number & (2**80 - 1)).to_bytes(10)) == (at, noise)


def test_minted_ids_are_unique_and_of_now_when_many_are_made():
    before = make_id("r", time.time_ns() // 1_000_000, bytes(ENTROPY_BYTES))
    made = [new_id("r") for _ in range(1_000)]
    assert len(set(made)) == len(made)
    assert min(made) >= before


def test_secrets_are_unique_and_hashed_when_minted():
    made = {new_api_key() for _ in range(100)} | {new_session_token() for _ in range(100)}
    assert len(made) == 200
    assert all(re.fullmatch(r"[0-9a-f]{64}", secret_hash(secret)) for secret in made)
    assert new_api_key().startswith("hyd_status_")
    assert secret_hash("\ud800") != secret_hash("\ud801")


@given(anything)
def test_text_is_trimmed_or_missing_when_cleaned(text):
    cleaned = clean(text)
    assert cleaned is None or (cleaned and cleaned == cleaned.strip() and cleaned in text)
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(categories=("Zs", "Zl", "Zp", "Cc")) | st.sampled_from(UNSEEN)))
def test_text_is_missing_when_nothing_in_it_can_be_seen(text):
    assert clean(text) is None


@given(anything.filter(clean), st.text(st.sampled_from(UNSEEN)), st.text(st.sampled_from(UNSEEN)))
@example("\U0001f469\u200d\U0001f680", "", "")
@example("\u2764", "", "\ufe0f")
def test_text_keeps_what_nobody_sees_when_something_can_be_seen(text, before, after):
    seen = clean(text)
    assert clean(before + seen + after) == before + seen + after


def test_format_characters_are_unseen_unless_a_font_draws_them():
    drawn = {
        name
        for name in map(chr, range(0x110000))
        if unicodedata.category(name) == "Cf" and clean(name)
    }
    words = ("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN", "SHORTHAND")
    assert {unicodedata.name(name).partition(" ")[0] for name in drawn} <= set(words)


@given(anything)
@example("\0")
@example("\ud83d\ude80")
def test_text_is_storable_exactly_when_utf8_holds_it_without_nul(text):
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        assert not is_storable(text)
    else:
        assert is_storable(text) == (b"\0" not in encoded)


@given(anything)
def test_names_are_the_same_when_case_and_blanks_differ(name):
    assert same_name(f" {name.upper().lower()}\t", name.upper().lower().casefold())
    assert fold(fold(name)) == fold(name)


@given(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True))
def test_subdomain_is_accepted_when_it_is_a_dns_label(label):
    assert (subdomain_problem(label) is None) == (not label.startswith("xn--"))
    assert normalize_host_header(f"{label.upper()}.LOCALHOST:8000") == f"{label}.localhost"


@given(st.text(max_size=70))
@example("")
@example("-a")
@example("a-")
@example("a.b")
@example("A")
@example("a" * 64)
@example("a\n")
@example("ü")
def test_subdomain_is_refused_with_a_sentence_when_it_is_no_dns_label(label):
    is_label = re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", label) and len(label) <= 63
    problem = subdomain_problem(label)
    assert is_label or (problem and problem.endswith("."))


@given(anything)
@example("straße.example")
@example("xn--strae-oqa.example.")
@example("ü。")
@example("[::1]:8000")
@example("a..")
@example("\u0130.example")
def test_host_is_brought_into_one_form_when_it_is_anything(header):
    host = normalize_host_header(header)
    if host is not None:
        assert host == host.lower()
        assert host.isascii() or host.startswith("[")
        assert normalize_host_header(host) == host


def test_hosts_we_need_ourselves_are_reserved_when_asked_for():
    for label in ("www", "api", "dashboard", "admin", "cname", "status", "mail", "docs"):
        assert is_reserved(label)
    for label in ("wpad", "mta-sts", "openpgpkey", "autoconfig", "security", "secure", "official",
                  "payments", "oauth", "sso", "portal", "hep"):  # fmt: skip
        assert is_reserved(label)
    assert not is_reserved("acme")
