"""Laws of host names: one form, however a host is spelled; a visit and a mount agree on it."""

from contextlib import suppress

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.hostnames import LONGEST, BadHostError, name_problem, parse_host
from domain.runtime.settings import build_settings
from web.api.domains.schemas import normalize_host
from web.http.errors import ApiError
from web.http.hosts import normalize_host_header, to_unicode_host

SETTINGS = build_settings({"BASE_DOMAIN": "hep.gg", "HEPSTATUS_DATA_DIR": "/nowhere"})
LETTERS = "abcz019-äßéжあ"
labels = st.text(LETTERS, min_size=1, max_size=8)
names = st.lists(labels, min_size=2, max_size=4).map(".".join)
anything = st.text(max_size=40) | names


def form(text):
    """The form in which a host is kept; None if it is refused."""
    try:
        return normalize_host(text, "host", SETTINGS)
    except ApiError:
        return None


@given(anything)
def test_form_is_final_when_it_is_formed_again(text):
    host = form(text)
    if host is not None:
        assert form(host) == host
        assert name_problem(host, "hep.gg") is None
        assert host.isascii()
        assert host == host.lower()
        assert len(host) <= LONGEST


@given(names, st.sampled_from([str.upper, str.title, str]), st.sampled_from(["", ".", "。"]))
def test_spellings_have_one_form_when_case_dot_and_port_differ(name, spelled, dot):
    host = form(name)
    assume(host is not None)
    # ß has no upper case of its own: SS is another name.
    assume("ß" not in name or spelled is str)
    assert form(f"{spelled(name)}{dot}") == host
    assert form(f"https://{spelled(name)}{dot}:443/") == host
    assert form(to_unicode_host(host)) == host


@given(names)
def test_visit_finds_what_was_mounted_when_the_host_is_spelled_alike(name):
    host = form(name)
    assume(host is not None)
    assert normalize_host_header(name) == host
    assert normalize_host_header(f"{name}.:8443") == host
    assert normalize_host_header(host.upper()) == host


@given(anything)
def test_typed_text_is_a_name_or_refused_when_it_is_anything(text):
    with suppress(BadHostError):
        assert not set(parse_host(text)) & set("/?#@*\\ \0")
