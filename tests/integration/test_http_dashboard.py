"""The dashboard over HTTP: who may see it, how it is sent, and its files."""

import re

import pytest

pytestmark = pytest.mark.system

SCREENS = ("", "/pages/p_1/components", "/pages/p_1/incidents/new", "/pages/p_1/maintenance")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_stranger_is_sent_to_the_login_and_back_when_asking_for_a_screen(actors, screen):
    answer = actors.caller().get(f"/dashboard{screen}?edit=c_1")
    assert answer.status_code == 303
    where = f"/dashboard{screen}?edit=c_1".replace("/", "%2F").replace("?", "%3F")
    assert answer.headers["location"] == f"/dashboard/login?next={where.replace('=', '%3D')}"


def test_the_front_door_leads_an_owner_to_her_pages(actors):
    assert actors.owner().get("/").headers["location"] == "/dashboard"
    stranger = actors.caller().get("/")
    assert stranger.status_code == 200
    assert "/dashboard/login" in stranger.text


def test_a_screen_allows_nothing_but_our_own_files(actors):
    answer = actors.owner().get("/dashboard")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*src=)", answer.text)


def test_our_files_are_kept_for_ever_under_the_hash_of_their_content(actors):
    owner = actors.owner()
    found = re.findall(r'"(/static/[^"]+)"', owner.get("/dashboard").text)
    assert len(found) == 2
    for path in found:
        answer = owner.get(path)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        kind = "text/css" if path.endswith("css") else "text/javascript"
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"


def test_a_file_is_served_but_not_kept_when_another_build_asks_for_it(actors):
    answer = actors.caller().get("/static/0123456789abcdef/send.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    for path in ("nothing.js", "..%2Fdashboard.css.j2", "dashboard.css.j2"):
        assert actors.caller().get(f"/static/0123456789abcdef/{path}").status_code == 404


def test_another_owners_page_is_404_in_the_look_of_the_dashboard(actors):
    page, bo = actors.page("API"), actors.owner("bo")
    for path in ("", "/components", "/incidents", "/incidents/i_1", "/maintenance/new"):
        answer = bo.get(f"/dashboard/pages/{page.id}{path}")
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text
    gone = page.owner.get(f"/dashboard/pages/{page.id}/incidents/i_1")
    assert gone.status_code == 404


def test_text_of_users_is_text_when_it_is_shown(actors):
    evil = '"><script>alert(1)</script>{{ 7*7 }}'
    page = actors.owner().page(evil)
    page.leaf(evil, description=evil)
    opened = actors.monitor(page).open(evil, body=evil)
    iid = opened.json()["data"]["id"]
    for path in ("", f"/pages/{page.id}/components", f"/pages/{page.id}/incidents/{iid}"):
        text = page.owner.get(f"/dashboard{path}").text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


def test_a_screen_says_503_in_words_when_the_database_is_gone(own_actors):
    owner = own_actors.owner()
    own_actors.system.stack.postgres.child.kill()
    answer = owner.get("/dashboard")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Your pages are served meanwhile" in answer.text
    assert owner.get("/").status_code == 200
