"""A page's logo over HTTP: given in its settings, shown in its header, served by its own host."""

import pytest

from tests.support.actors import Page
from tests.support.answers import data
from tests.support.pictures import picture, png_text, text_of
from tests.support.stack import wait_until

WIDE = picture("png", 600, 100)


@pytest.fixture
def page(actors) -> Page:
    return actors.page("API")


def give(page: Page, logo, **more):
    return data(page.owner.patch(page.path, {"logo": logo, **more}))


def told(page: Page):
    return data(page.owner.get(page.path))


def served(vi, page: Page):
    """What the host answers at the address that the owner is told."""
    path = "/" + told(page)["logo"]["url"].partition("://")[2].partition("/")[2]
    return path, vi.get(path)


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        ("png", ""),
        ("jpeg", "data:image/jpeg;base64,"),
        ("webp", "data:image/webp;base64,"),
        ("png", "data:image/svg+xml;base64,"),
        ("png", " data:;base64,\n"),
    ],
)
def test_logo_is_served_as_given_when_a_page_has_one(actors, page, kind, prefix):
    # given a page that visitors know
    vi = actors.visitor(page)
    before, settings = vi.json()["version"], told(page)
    content = picture(kind, 600, 100)
    # when Ada gives it a logo
    given = give(page, prefix + text_of(content))
    # then she is told what it is, and not its bytes
    shown = told(page)
    assert given == {"id": page.id, "logo": shown["logo"]}
    assert {n: shown["logo"][n] for n in ("type", "width", "height")} == {
        "type": f"image/{kind}", "width": 600, "height": 100,
    }  # fmt: skip
    assert (settings["logo"], shown["etag"] != settings["etag"]) == (None, True)
    # and visitors see it, named, in its place, from the page's own host, for ever
    path, answer = served(vi, page)
    assert answer.content == content
    assert answer.headers["content-type"] == f"image/{kind}"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert f'<img src="{path}" alt="Acme" width="240" height="40">' in vi.get("/").text
    assert vi.json()["version"] != before
    assert vi.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_logo_is_gone_when_it_is_null(actors, page):
    vi = actors.visitor(page)
    before = vi.json()["version"]
    give(page, text_of(WIDE))
    path, answer = served(vi, page)
    assert answer.status_code == 200
    assert give(page, None) == {"id": page.id, "logo": None}
    assert told(page)["logo"] is None
    assert "<img" not in vi.get("/").text
    assert vi.json()["version"] == before
    # (a worker that is busy for longer than a second leaves the older one to be served)
    wait_until(lambda: vi.get(path).status_code == 404, "the logo is gone")


def test_other_address_serves_it_when_a_logo_is_another(actors, page):
    vi = actors.visitor(page)
    give(page, text_of(WIDE))
    old, _ = served(vi, page)
    give(page, png_text(50, 50), name="Mark")
    new, answer = served(vi, page)
    assert new != old
    assert answer.status_code == 200
    wait_until(lambda: vi.get(old).status_code == 404, "the old logo is gone")
    assert 'alt="Mark" width="40" height="40"><span aria-hidden="true">Mark</span>' in (
        vi.get("/").text
    )


def test_logo_is_not_there_when_its_page_is_hidden(actors, page):
    vi = actors.visitor(page)
    give(page, text_of(WIDE), isPublic=False)
    path, answer = served(vi, page)
    assert answer.status_code == 404
    data(page.owner.patch(page.path, {"isPublic": True}))
    assert vi.get(path).status_code == 200
    # nor on another's host
    other = actors.visitor(actors.page("Web"))
    assert other.get(path).status_code == 404


def test_logo_has_no_address_when_its_page_has_no_host(actors):
    ada = actors.owner()
    page = Page(ada, data(ada.post("/api/v1/status", {"name": "Acme"}), 201)["id"], "")
    assert give(page, text_of(WIDE))["logo"]["url"] is None
    assert told(page)["logo"]["url"] is None


def test_largest_logo_fits_when_every_setting_is_at_its_longest(actors, page):
    # given 64 KiB of which only the picture is kept, and words that JSON escapes as long as can be
    heavy = WIDE + b"\0" * (64 * 1024 - len(WIDE))
    word = "\U0001f680"
    statuses = ("operational", "maintenance", "degraded", "partial", "outage")
    body = {
        "name": word * 100,
        "description": word * 1000,
        "labels": dict.fromkeys(statuses, word * 40),
        "headlines": dict.fromkeys(statuses, word * 80),
    }
    assert give(page, "data:image/png;base64," + text_of(heavy), **body)["logo"]["width"] == 600
    assert served(actors.visitor(page), page)[1].content == WIDE


def test_same_logo_is_given_once_when_a_write_is_repeated(page):
    headers = {"Idempotency-Key": "once"}
    body = {"logo": text_of(WIDE)}
    first, second = (data(page.owner.patch(page.path, body, headers=headers)) for _ in range(2))
    assert first == second
