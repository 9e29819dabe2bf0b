"""Templates over HTTP: words for later, of which visitors see nothing.

Source: docs/behaviour.md, "Templates".
"""

import pytest

from tests.support.actors import Page
from tests.support.answers import data
from tests.support.answers import refused_fields as refusal

ALL = "/api/v1/status/templates"
WORDS = {
    "title": "API is down", "name": "Outage", "body": "We are looking.", "state": "identified",
    "impact": "major", "kind": "incident",
}  # fmt: skip
BARE = {"name": "x", "body": None, "state": None, "impact": None, "kind": "incident"}


@pytest.fixture
def page(actors) -> Page:
    return actors.page("API")


def listed(page: Page):
    return data(page.owner.get(f"{page.path}/templates"))


def added(page: Page, body, status: int = 201, **headers):
    return data(page.owner.post(f"{page.path}/templates", body, headers=headers), status)


def test_template_is_listed_as_given_when_it_is_added(actors, page):
    vi = actors.visitor(page)
    version = vi.json()["version"]
    # when Ada keeps one with everything and one with a title alone
    full = added(page, WORDS)
    bare = added(page, {"title": " x ", "state": None})
    # then both are told alike, by the page and by the account
    assert full == {"id": full["id"], "page": page.id, **WORDS}
    assert bare == {"id": bare["id"], "page": page.id, "title": "x", **BARE}
    assert listed(page) == data(page.owner.get(ALL)) == [full, bare]
    assert full["id"].startswith("t_")
    # and visitors see nothing of it
    assert vi.json()["version"] == version


def test_incident_can_be_opened_when_the_words_of_a_template_are_given(page):
    words = {name: WORDS[name] for name in ("title", "body", "state", "impact", "kind")}
    kept = added(page, WORDS)
    opened = {name: kept[name] for name in words}
    iid = data(page.owner.post(f"{page.path}/incidents", opened), 201)["id"]
    shown = data(page.owner.get(f"{page.path}/incidents/{iid}"))
    assert {name: shown[name] for name in ("title", "state", "impact", "kind")} == {
        name: WORDS[name] for name in ("title", "state", "impact", "kind")
    }


def test_rest_stays_when_a_part_of_a_template_changes(page):
    kept = added(page, WORDS)
    path = f"{page.path}/templates/{kept['id']}"
    assert data(page.owner.patch(path, {"title": " Web "})) == {"id": kept["id"], "title": "Web"}
    assert listed(page) == [{**kept, "title": "Web"}]
    nulls = {"name": None, "body": None, "state": None, "impact": None}
    assert data(page.owner.patch(path, nulls)) == {"id": kept["id"], **nulls}
    assert listed(page) == [{**kept, **nulls, "title": "Web", "name": "Web"}]
    data(page.owner.patch(path, {"kind": "maintenance"}))
    assert refusal(page.owner.patch(path, {"state": "resolved"}), 400) == ("VALIDATION", ["state"])
    assert listed(page)[0]["kind"] == "maintenance"


def test_template_is_gone_when_it_is_deleted(page):
    first, second = added(page, {"title": "a"}), added(page, {"title": "b"})
    path = f"{page.path}/templates/{first['id']}"
    assert data(page.owner.delete(path)) == {"id": first["id"]}
    assert listed(page) == [second]
    assert refusal(page.owner.delete(path), 404)[0] == "NOT_FOUND"
    assert refusal(page.owner.patch(path, {"title": "c"}), 404)[0] == "NOT_FOUND"


def test_one_template_is_kept_when_a_write_is_repeated(page):
    answers = [added(page, {"title": "a"}, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0] == answers[1]
    assert listed(page) == [answers[0]]


def test_templates_of_all_pages_are_told_when_an_account_asks(actors, page):
    # given Bo, who has templates of his own, and Ada, who has none on another page
    bo = actors.owner("bo").page()
    bos, adas = added(bo, {"title": "Bo's"}), added(page, {"title": "Ada's"})
    assert data(page.owner.get(ALL)) == [adas]
    assert data(bo.owner.get(ALL)) == [bos]
    # when a page is deleted, then so are its templates
    data(page.owner.delete(page.path))
    assert data(page.owner.get(ALL)) == []


def test_nobody_else_gets_in_when_templates_are_asked_for(actors, page):
    kept = added(page, {"title": "a"})
    nobody, bo = actors.caller(), actors.owner("bo").page()
    path, one = f"{page.path}/templates", f"{page.path}/templates/{kept['id']}"
    calls = [("GET", path, None), ("POST", path, WORDS), ("PATCH", one, WORDS),
             ("DELETE", one, None)]  # fmt: skip
    for method, where, body in calls:
        assert refusal(nobody.http.request(method, where, json=body), 401)[0] == "NO_SESSION"
        assert refusal(bo.owner.http.request(method, where, json=body), 404)[0] == "NOT_FOUND"
        evil = {"Origin": "https://evil.example"}
        if method != "GET":
            answer = page.owner.http.request(method, where, json=body, headers=evil)
            assert refusal(answer, 403)[0] == "BAD_ORIGIN"
    assert refusal(nobody.get(ALL), 401)[0] == "NO_SESSION"
    # and Bo's page knows nothing of Ada's template
    through_his = f"{bo.path}/templates/{kept['id']}"
    assert refusal(bo.owner.patch(through_his, {"title": "b"}), 404)[0] == "NOT_FOUND"
    assert refusal(bo.owner.delete(through_his), 404)[0] == "NOT_FOUND"
    assert listed(page) == [kept]
