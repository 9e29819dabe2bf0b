"""A page's settings over HTTP: merged field by field, guarded by an etag.

Source: docs/behaviour.md, "Settings of a page".
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.status import Status
from tests.support.actors import Page
from tests.support.answers import data
from tests.support.answers import refused_fields as refusal
from tests.support.plain_settings import DEFAULTS_ON_WIRE, OTHERS_ON_WIRE


@pytest.fixture
def page(actors) -> Page:
    return actors.page("API")


def change(page: Page, body, **headers):
    return page.owner.patch(page.path, body, headers=headers)


def told(page: Page):
    return data(page.owner.get(page.path))


ALL = {
    "name": "Acme 2",
    "isPublic": True,
    "description": "Ours",
    "timeZone": "Asia/Kolkata",
    "labels": {"operational": "Fine"},
    "headlines": {"operational": "All is well"},
    "theme": {"mode": "dark", "accent": "#0a84ff", "header": "#102030", "font": "serif"},
    "links": [
        {"label": "Help", "url": "mailto:help@acme.com?subject=Status", "place": "header"},
        {"label": "بالعربية", "url": "https://münchen.example:8443/a?b=c#d", "place": "footer"},
    ],
    **OTHERS_ON_WIRE,
}
PLAIN_THEME = {"mode": "auto", "accent": None, "header": None, "font": "system"}
NULLS = {name: None for name, default in DEFAULTS_ON_WIRE.items() if default is None}


def test_page_is_as_told_when_every_setting_changes(actors, page):
    before = told(page)
    assert data(change(page, ALL)) == {"id": page.id, **ALL}
    shown = told(page)
    words = {name: dict.fromkeys(Status) | ALL[name] for name in ("labels", "headlines")}
    assert {name: shown[name] for name in ALL} == ALL | words
    assert shown["etag"] != before["etag"]
    vi = actors.visitor(page)
    assert vi.json()["status"]["description"] == "All is well"
    assert vi.json()["components"][0]["label"] == "Fine"
    html = vi.get("/").text
    assert "Ours" in html
    assert "Asia/Kolkata" in html


def test_rest_stays_when_a_part_of_a_setting_changes(page):
    change(page, ALL)
    change(page, {"labels": {"outage": " Down "}, "theme": {"mode": "light"}})
    shown = told(page)
    assert (shown["labels"]["operational"], shown["labels"]["outage"]) == ("Fine", "Down")
    assert shown["theme"] == ALL["theme"] | {"mode": "light"}
    assert shown["links"] == ALL["links"]
    assert (shown["description"], shown["timeZone"]) == ("Ours", "Asia/Kolkata")


def test_default_is_back_when_a_setting_is_null(page):
    change(page, ALL | {"labels": {"operational": "Fine", "outage": "Down"}})
    nulls = {
        "description": None, "labels": {"outage": None}, "headlines": None,
        "theme": {"accent": None, "header": None, "font": None}, "links": None, **NULLS,
    }  # fmt: skip
    assert data(change(page, nulls)) == {"id": page.id, **nulls}
    shown = told(page)
    assert {name: shown[name] for name in NULLS} == NULLS
    assert (shown["description"], shown["headlines"]) == (None, dict.fromkeys(Status))
    assert shown["labels"] == {**dict.fromkeys(Status), "operational": "Fine"}
    assert shown["theme"] == PLAIN_THEME | {"mode": "dark"}
    assert shown["links"] == []
    data(change(page, {"theme": None, "description": "x", "labels": {"operational": " "}}))
    assert told(page)["theme"] == PLAIN_THEME
    assert told(page)["labels"] == dict.fromkeys(Status)
    data(change(page, {"description": "  "}))
    assert told(page)["description"] is None


def test_null_is_not_given_when_a_setting_can_t_be_nothing(page):
    data(change(page, {"name": None, "timeZone": None, "showFooter": None, "showUptime": False}))
    shown = told(page)
    assert (shown["name"], shown["timeZone"], shown["showFooter"]) == ("Acme", "UTC", True)


def test_change_is_refused_when_settings_changed_since_its_etag(page):
    # given two tabs that read the same settings
    etag = told(page)["etag"]
    assert data(change(page, {"name": "First"}, **{"If-Match": f'"{etag}"'}))["name"] == "First"
    # when the other saves as well
    late = change(page, {"name": "Second"}, **{"If-Match": f'"{etag}"'})
    assert refusal(late, 409) == ("CONFLICT", [])
    assert told(page)["name"] == "First"
    # then it may once it has read them again, and whoever does not care may anyway
    again = told(page)["etag"]
    assert data(change(page, {"name": "Third"}, **{"If-Match": again}))["name"] == "Third"
    assert data(change(page, {"name": "Fourth"}, **{"If-Match": "*"}))["name"] == "Fourth"


def test_etag_stays_when_something_else_of_the_page_changes(actors, page):
    etag = told(page)["etag"]
    page.leaf("Web")
    actors.monitor(page).open()
    assert told(page)["etag"] == etag


def test_exactly_one_gets_through_when_ten_tabs_save_the_same_etag_at_once(page):
    etag = told(page)["etag"]
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda n: change(page, {"name": f"Tab {n}"}, **{"If-Match": etag}), range(10))
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert told(page)["name"] == data(winner)["name"]


def test_nothing_is_lost_when_different_settings_change_at_once(page):
    bodies = [{"labels": {status: f"Says {status}"}} for status in Status]
    theme = {"mode": "dark", "accent": "#0A84FF", "header": "#0A84FF", "font": "mono"}
    bodies += [{"theme": {name: value}} for name, value in theme.items()]
    bodies += [{"links": ALL["links"]}, {"showFooter": False}]
    with ThreadPoolExecutor(8) as pool:
        for answer in pool.map(lambda body: change(page, body), bodies):
            data(answer)
    shown = told(page)
    assert shown["labels"] == {status: f"Says {status}" for status in Status}
    assert shown["theme"] == {name: value.lower() for name, value in theme.items()}
    assert shown["links"] == ALL["links"]
    assert shown["showFooter"] is False


def test_nobody_else_gets_in_when_settings_are_asked_for(actors, page):
    nobody, bo = actors.caller(), actors.owner("bo")
    answers = nobody.get(page.path), nobody.patch(page.path, ALL)
    assert {refusal(answer, 401)[0] for answer in answers} == {"NO_SESSION"}
    answers = bo.get(page.path), bo.patch(page.path, ALL, headers={"If-Match": "*"})
    assert {refusal(answer, 404)[0] for answer in answers} == {"NOT_FOUND"}
    assert refusal(change(page, ALL, Origin="https://evil.example"), 403)[0] == "BAD_ORIGIN"
    assert refusal(change(page, {"colour": "red"}), 400) == ("VALIDATION", ["colour"])
    assert told(page)["name"] == "Acme"
