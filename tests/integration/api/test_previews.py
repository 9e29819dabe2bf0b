"""A write that is only previewed: it tells what would be, and changes nothing."""

import pytest

from tests.support.faults.breaking import SOON_S, Behind
from tests.support.pictures import png_text
from tests.support.stack import wait_until

DOWN = {"title": "All is lost", "body": "We **look**.", "components": [
    {"component": "API", "status": "outage"},
]}  # fmt: skip


@pytest.fixture
def page(actors):
    return actors.page("API", "Website")


def held(page, system):
    """What the log, visitors and the page's row hold of a page."""
    behind = Behind(system)
    return behind.head(page.id), behind.hash_of(page.id)


def test_page_and_outlook_are_as_after_the_write_when_it_is_sent_then(actors, page):
    # given a preview of an incident
    told = page.preview("incidents", DOWN)
    assert told.status_code == 200, told.text
    outlook = told.json()["data"]
    shown = page.owner.get(outlook["page"])
    # when the same is written
    page.owner.post(f"{page.path}/incidents", DOWN)
    vi = actors.visitor(page)
    wait_until(lambda: "All is lost" in vi.get("/").text, "it shows", SOON_S)
    # then visitors see what was foretold, but for ids and instants
    status = vi.get("/status.json").json()
    assert outlook["indicator"] == status["status"]["indicator"] == "outage"
    assert outlook["headline"] == status["status"]["description"]
    assert [(c["name"], c["was"], c["status"]) for c in outlook["components"]] == [
        ("API", "operational", "outage")
    ]
    assert words(shown.text) == words(vi.get("/").text)


def words(html):
    """A document's lines without those that hold an instant, an id or its version."""
    return [
        line
        for line in html.splitlines()
        if not any(
            part in line for part in ("<time", "data-version", 'href="/incidents/', "<article")
        )
    ]


def test_nothing_is_changed_when_a_write_is_previewed(actors, page):
    opened = actors.monitor(page).open("Trouble").json()["data"]["id"]
    system = actors.system
    head, fields = held(page, system)
    # when writes of every kind are previewed, good ones and bad ones
    for path, body, status in (
        ("incidents", DOWN, 200),
        (f"incidents/{opened}/updates", {"state": "resolved"}, 200),
        ("incidents/i_nobody/updates", {"state": "resolved"}, 404),
        ("incidents", {**DOWN, "components": [{"component": " ", "status": "outage"}]}, 400),
        ("incidents", {}, 400),
        ("", {"name": "Other", "labels": {"outage": "Down"}}, 200),
        ("", {"domain": "status.example.com"}, 400),
        ("", {"timeZone": "Nowhere"}, 400),
    ):
        answer = page.preview(path, body)
        assert answer.status_code == status, (path, answer.text)
    # then log and publication are as they were
    assert held(page, system) == (head, fields)


def test_change_shows_only_what_changes_when_it_is_asked_for(page):
    told = page.preview("incidents", DOWN).json()["data"]
    short = page.owner.get(told["change"])
    assert "Major System Outage" in short.text
    assert "We <strong>look</strong>." in short.text
    assert "API" in short.text
    assert "Website" not in short.text
    policy = short.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "connect-src 'none'" in policy
    assert short.headers["cache-control"] == "no-store"


def test_a_logo_is_shown_when_it_is_nowhere_yet(page):
    body = {"logo": png_text(120, 40), "name": "Better"}
    told = page.preview("", body).json()["data"]
    assert 'src="data:image/png;base64,' in page.owner.get(told["page"]).text


def test_hostile_words_are_text_when_they_are_previewed(page):
    body = {"title": "<script>alert(1)</script>", "body": "<img src=x onerror=alert(1)>"}
    told = page.preview("incidents", body).json()["data"]
    for path in (told["page"], told["change"]):
        html = page.owner.get(path).text
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_preview_is_the_owners_alone_when_somebody_knows_its_address(actors, page):
    told = page.preview("incidents", DOWN).json()["data"]
    other = actors.page("API")
    assert other.owner.get(told["page"]).status_code == 404
    elsewhere = told["page"].replace(page.id, other.id)
    assert other.owner.get(elsewhere).status_code == 404
    assert actors.caller().get(told["page"]).status_code == 401


def test_a_preview_tells_that_it_was_replaced_when_its_session_asked_for_another(page):
    # Given two previews of one page, one after the other
    older, newer = (page.preview("", {"name": name}).json()["data"] for name in ("Older", "Newer"))

    # When both are looked at, then the newer one is shown, and the older says what became of it
    assert "Newer" in page.owner.get(newer["page"]).text
    gone = page.owner.get(older["page"])
    assert (gone.status_code, gone.json()["code"]) == (404, "NOT_FOUND")
    assert "replaced" in gone.json()["error"]
