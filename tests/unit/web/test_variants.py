"""Variants by a query: which names and values count, and what they change.

Source: docs/behaviour.md, "Badges" and "Embed".
"""

import msgspec
import pytest

from domain.artifacts import BADGE, BY_NAME
from domain.runtime.badge import BadgeParts
from web.visitors.cached_page import build_answer
from web.visitors.variants import Variant, read_variant
from workers.render.badge import render_badge_parts

LEAF = f"badge/c_{'0' * 26}"
PARTS = render_badge_parts("All Systems Operational", "#0b7a43", "Acme")


@pytest.mark.parametrize(
    ("name", "query", "source"),
    [
        ("badge.svg", b"label=x", "badge.parts"),
        ("badge.json", b"style=flat", "badge.json"),
        (f"{LEAF}.svg", b"style=flat-square", f"{LEAF}.parts"),
        (f"{LEAF}/uptime.svg", b"label=", f"{LEAF}/uptime.parts"),
        (f"{LEAF}/uptime.json", b"label=a&label=b", f"{LEAF}/uptime.json"),
        ("embed", b"theme=dark", "embed.dark"),
        ("embed", b"x=1&theme=light", "embed.light"),
    ],
)
def test_variant_is_made_of_an_artifact_without_a_query(name, query, source):
    assert read_variant(name, query).source == source


@pytest.mark.parametrize("name", [*BY_NAME, f"{LEAF}.svg", f"{LEAF}/uptime.json"])
@pytest.mark.parametrize(
    "query",
    [b"", b"x=1", b"label", b"LABEL=x", b"relabel=x", b"style=plastic", b"style=no&style=flat",
     b"theme=", b"theme=Dark", b"theme=sepia&theme=dark", b"\xff=\xff&&;="],
)  # fmt: skip
def test_nothing_changes_when_a_query_means_nothing(name, query):
    assert read_variant(name, query) is None


@pytest.mark.parametrize("name", ["index.html", "status.json", "badge.png", "history"])
def test_nothing_changes_when_an_artifact_has_no_variants(name):
    assert read_variant(name, b"label=x&style=flat&theme=dark") is None


@pytest.mark.parametrize(
    ("query", "title"),
    [
        (b"label=Our+API", b"Our API: All"),
        (b"label=", b"<title>All"),
        (b"style=flat-square", b"Acme: All"),
        (b"style=flat-square&label=%3C/svg%3E", b"&lt;/svg&gt;: All"),
    ],
)
def test_picture_has_the_label_and_style_that_are_asked_for(query, title):
    answer = read_variant("badge.svg", query).join_svg(PARTS)
    assert title in answer.body
    assert (b"crispEdges" in answer.body) == (b"flat-square" in query)
    assert (b"content-type", b"image/svg+xml") in answer.headers
    assert answer.etag != Variant("badge.svg", "another").join_svg(PARTS).etag


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        (b"label=%20Our%20API%E2%80%AE", {"label": "Our API"}),
        (b"label=", {"label": ""}),
        (b"style=flat", {"style": "flat"}),
        (b"label=x&style=flat-square", {"label": "x", "style": "flat-square"}),
    ],
)
def test_json_has_the_label_and_style_that_are_asked_for(query, changes):
    usual = {"schemaVersion": 1, "label": "Acme", "message": "ok", "color": "#0b7a43"}
    stored = build_answer(BY_NAME["badge.json"], msgspec.json.encode(usual), "", b"")
    answer = read_variant("badge.json", query).complete(stored)
    assert msgspec.json.decode(answer.body) == usual | changes
    assert (b"content-type", b"application/json") in answer.headers


def test_usual_label_is_needed_when_only_a_style_is_asked_for():
    older = BadgeParts(PARTS.labelled, PARTS.bare, PARTS.message_width)
    assert not Variant(BADGE.name, style="flat-square").fits(older)
    assert Variant(BADGE.name, label="x").fits(older)
    assert Variant(BADGE.name, style="flat-square").fits(PARTS)
