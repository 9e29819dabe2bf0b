"""A page's copy: ready answers with their headers, and whether the page may be seen.

Source: docs/architecture.md, "Visibility is checked at the visit".
"""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from domain.artifacts import BY_NAME, find_artifact
from web.visitors.cached_page import (
    ANSWER_OVERHEAD_BYTES,
    build_cached_page,
    name_of,
    unavailable_reason,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG = b"x" * 100
VISIBLE = b'{"isPublic":true,"servedUntil":null,"version":"v1"}'
FIELDS = {
    "seq": b"7",
    "meta": VISIBLE,
    "csp": b"default-src 'none'",
    "index.html": LONG,
    "index.html|br": b"br",
    "index.html|gzip": b"gz",
    "status.json": b"{}",
    "status.json|br": b"j",
    "badge.svg": b"<svg/>",
}


def headers(answer):
    return dict(answer.headers)


@pytest.mark.parametrize(
    ("accepted", "body", "encoding"),
    [
        (b"gzip, br", b"br", b"br"),
        (b"gzip", b"gz", b"gzip"),
        (b"", LONG, None),
        (b"br;q=0, gzip;q=0", LONG, None),
        (b"zstd", LONG, None),
    ],
)
def test_best_encoding_is_sent_when_the_visitor_accepts_it(accepted, body, encoding):
    answer = build_cached_page(FIELDS).find_answer("index.html", accepted)
    assert (answer.body, headers(answer).get(b"content-encoding")) == (body, encoding)
    assert headers(answer)[b"content-length"] == str(len(body)).encode()


def test_plain_bytes_are_sent_when_an_encoding_is_missing():
    assert build_cached_page(FIELDS).find_answer("status.json", b"gzip").body == b"{}"
    assert build_cached_page(FIELDS).find_answer("badge.png", b"br") is None


def test_every_encoding_has_its_own_strong_etag_when_compared():
    copy = build_cached_page(FIELDS)
    etags = {answer.etag for answer in copy.answers.values()}
    assert len(etags) == len(copy.answers)
    assert all(etag.startswith(b'"') and etag.endswith(b'"') for etag in etags)
    assert build_cached_page(FIELDS).answers["index.html"].etag == copy.answers["index.html"].etag


def test_headers_are_those_of_the_specification_when_sent():
    copy = build_cached_page(FIELDS)
    page, json = headers(copy.answers["index.html|br"]), headers(copy.answers["status.json"])
    badge = headers(copy.answers["badge.svg"])
    assert page[b"cache-control"] == b"public, max-age=1, stale-if-error=86400"
    assert page[b"vary"] == json[b"vary"] == b"Accept-Encoding"
    assert page[b"content-security-policy"] == b"default-src 'none'"
    assert b"access-control-allow-origin" not in page
    assert json[b"access-control-allow-origin"] == badge[b"access-control-allow-origin"] == b"*"
    assert badge[b"cache-control"] == b"public, max-age=30"
    assert {page[b"content-type"], json[b"content-type"], badge[b"content-type"]} == {
        b"text/html; charset=utf-8",
        b"application/json",
        b"image/svg+xml",
    }


def test_304_repeats_what_caches_need_and_no_more_when_sent():
    unchanged = dict(build_cached_page(FIELDS).answers["status.json"].not_modified_headers)
    assert set(unchanged) == {
        b"cache-control",
        b"etag",
        b"vary",
        b"access-control-allow-origin",
        b"access-control-expose-headers",
    }


def test_png_does_not_vary_when_sent():
    answer = build_cached_page({"meta": VISIBLE, "badge.png": b"png"}).answers["badge.png"]
    assert b"vary" not in headers(answer)


@pytest.mark.parametrize(
    ("meta", "visible"),
    [
        ({"isPublic": True, "servedUntil": None}, True),
        ({"isPublic": False, "servedUntil": None}, False),
        ({"isPublic": True, "servedUntil": "2026-03-01T12:00:00.001Z"}, True),
        ({"isPublic": True, "servedUntil": "2026-03-01T12:00:00.000Z"}, False),
        ({"isPublic": False, "servedUntil": "2027-01-01T00:00:00.000Z"}, False),
    ],
)
def test_page_is_visible_only_while_public_and_before_its_end_exactly(meta, visible):
    fields = {"meta": msgspec.json.encode({**meta, "version": "v1"})}
    assert build_cached_page(fields).is_visible_at(NOON) is visible


def test_page_is_dark_at_the_instant_when_it_ends():
    end = b'{"isPublic":true,"servedUntil":"2026-03-01T12:00:00.000Z","version":"v"}'
    copy = build_cached_page({"meta": end})
    assert copy.is_visible_at(NOON - timedelta(microseconds=1))
    assert not copy.is_visible_at(NOON)


def test_nobody_sees_a_tombstone_when_asked():
    copy = build_cached_page({"seq": b"9", "gone": b"1"})
    assert not copy.is_visible_at(NOON)
    assert copy.answers == {}


def test_reason_is_told_when_an_artifact_could_not_be_made():
    fields = {"meta": VISIBLE, "badge.png!": b"PNG badges need cairo."}
    assert unavailable_reason(fields, "badge.png") == "PNG badges need cairo."
    assert unavailable_reason(fields, "og.png") == ""
    assert "badge.png" not in build_cached_page(fields).answers


def test_copy_tells_what_it_was_made_from_and_where_when_it_was_published():
    copy = build_cached_page(
        {**FIELDS, "day": b"2026-03-01", "build": b"b", "epoch": b"server:0001"}
    )
    assert (copy.seq, copy.edition) == (7, (b"7", b"2026-03-01", b"b"))
    assert copy.server == "server"
    assert build_cached_page(FIELDS).server == ""


def test_every_path_leads_to_an_artifact_when_asked():
    paths = ["/", *(f"/{name}" for name in BY_NAME if name != "index.html")]
    public = {name for name, artifact in BY_NAME.items() if artifact.has_address}
    assert {name_of(path) for path in paths} - {None} == public


@pytest.mark.parametrize("path", ["/embed.dark", "/embed.light", f"/badge/c_{'0' * 26}.parts"])
def test_what_web_reads_for_itself_has_no_address(path):
    assert name_of(path) is None
    assert find_artifact(path[1:]) is not None


def test_size_is_what_it_holds_when_weighed():
    copy = build_cached_page(FIELDS)
    bodies = sum(map(len, FIELDS.values())) - len(b"7")
    assert copy.size_bytes >= bodies + ANSWER_OVERHEAD_BYTES * len(copy.answers)


@pytest.mark.parametrize(
    ("further", "is_asked"),
    [
        *[("", True), ("/2", True), ("/11", True), ("/1", False), ("/0", False), ("/02", False)],
        *[("/", False), ("/x", False), ("/100", False), ("/2/3", False)],
    ],
)
def test_a_permalink_has_further_pages_when_they_are_numbered(further, is_asked):
    assert (name_of(f"/incidents/i_{'0' * 26}{further}") is not None) is is_asked
