"""The dashboard over HTTP: who may see it, how it is sent, and its files."""

import re

import pytest

from tests.support.pictures import png_text
from tests.support.screens import screens_of_page
from web.dashboard.account import device

pytestmark = pytest.mark.system

OF_PAGE = screens_of_page()
SCREENS = ("", "/account", "/tokens", *(f"/pages/p_1{screen}" for screen in OF_PAGE))


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
    assert 'href="/docs"' in stranger.text


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/nope", "/login", "/apis", "/static/0123456789abcdef/no.js"])
def test_who_reads_html_is_told_where_to_go_when_nothing_is_there(actors, path):
    answer = actors.caller(Accept=BROWSER).get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert 'href="/"' in answer.text
    assert 'href="/dashboard"' in answer.text


@pytest.mark.parametrize(
    ("path", "accepted"),
    [
        ("/nope", "*/*"),
        ("/nope", "application/json, text/plain, */*"),
        ("/nope", "text/html;q=0"),
        ("/nope", "nonsense"),
        ("/api", BROWSER),
        ("/api/v1/nope", BROWSER),
        ("/internal/nope", BROWSER),
    ],
)
def test_programs_are_told_in_json_when_nothing_is_there(actors, path, accepted):
    answer = actors.caller(Accept=accepted).get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["code"] == "NOT_FOUND"


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
    for path in ("", "/incidents/i_1", *OF_PAGE):
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
    page.template(evil, body=evil)
    page.key(evil)
    for path in ("", *(f"/pages/{page.id}{screen}" for screen in (f"/incidents/{iid}", *OF_PAGE))):
        text = page.owner.get(f"/dashboard{path}").text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


def test_a_page_with_a_logo_is_told_as_it_is_when_its_owner_asks(actors):
    # The logo stands among other columns that are told as they are.
    page = actors.owner().page()
    page.owner.patch(page.path, {"logo": png_text(30, 6)})
    told = page.owner.get(page.path).json()["data"]
    assert (told["logo"]["width"], told["suspendedReason"]) == (30, None)
    text = page.owner.get(f"/dashboard/pages/{page.id}/customize").text
    name = told["logo"]["url"].rpartition("/")[2]
    assert f'src="/logo/{name}"' in text
    assert page.owner.get(f"/logo/{name}").headers["content-type"] == "image/png"


def test_a_cursor_that_is_none_is_refused_in_the_look_of_the_dashboard(actors):
    page = actors.page()
    for path in ("/tokens", f"/pages/{page.id}/activity", f"/pages/{page.id}/incidents"):
        answer = page.owner.get(f"/dashboard{path}?cursor=%00x")
        assert answer.status_code == 400
        assert "cursor" in answer.text


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (None, "An unknown program"),
        ("curl/8.5", "curl"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537.36 Edg/130", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari", "Safari on an iPhone"),
    ],
)
def test_a_session_is_called_as_people_do(user_agent, words):
    assert device(user_agent) == words


def test_a_screen_says_503_in_words_when_the_database_is_gone(own_actors):
    owner = own_actors.owner()
    own_actors.system.stack.postgres.child.kill()
    answer = owner.get("/dashboard")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Visitors still see your pages" in answer.text
    assert owner.get("/").status_code == 200
