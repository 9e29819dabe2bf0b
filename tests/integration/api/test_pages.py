"""An owner's pages, tree and keys over HTTP; what is Ada's is not there for Bo.

Source: docs/behaviour.md, "Owner's API".
"""

import pytest

from domain.status import Status
from tests.support.actors import Owner, Page, unique
from tests.support.answers import data, refusal
from tests.support.faults.breaking import Behind
from tests.support.inside import hepstatus
from tests.support.plain_settings import DEFAULTS_ON_WIRE

PAGES = "/api/v1/status"
THEME = {"mode": "auto", "accent": None, "header": None, "font": "system"}


def make_prime(system, owner: Owner) -> None:
    done = hepstatus(system, "tier", "set", owner.email, "prime")
    assert done.returncode == 0, done.stderr


# Pages


def test_page_is_hidden_and_addressed_when_it_is_new(actors):
    ada, subdomain = actors.owner(), unique("Page")
    made = data(ada.post(PAGES, {"name": " Acme ", "subdomain": f" {subdomain} "}), 201)
    host = f"{subdomain.lower()}.localhost"
    port = actors.system.webs[0].port
    assert made == {
        "id": made["id"], "name": "Acme", "host": host, "url": f"http://{host}:{port}/",
    }  # fmt: skip
    page = data(ada.get(f"{PAGES}/{made['id']}"))
    assert page["createdAt"].endswith("Z")
    assert page == {
        **made, "description": None, "isPublic": False, "timeZone": "UTC", "expiresAt": None,
        "labels": dict.fromkeys(Status), "headlines": dict.fromkeys(Status),
        "theme": THEME, "links": [], **DEFAULTS_ON_WIRE, "logo": None,
        "etag": page["etag"], "createdAt": page["createdAt"], "suspended": False,
        "suspendedReason": None,
    }  # fmt: skip
    assert data(ada.get(PAGES)) == {
        "tier": "free", "tierUntil": None, "capacity": 1, "balance": 0, "slots": [],
        "warnings": [], "pages": [page],
    }  # fmt: skip
    assert actors.caller(host).get("/").status_code == 404


def test_page_has_no_address_when_no_subdomain_is_asked_for(actors):
    for blank in ({}, {"subdomain": None}, {"subdomain": " "}):
        made = data(actors.owner().post(PAGES, {"name": "Acme", **blank}), 201)
        assert (made["host"], made["url"]) == (None, None)


def test_page_has_the_zone_that_it_was_made_with(actors):
    ada = actors.owner()
    made = data(ada.post(PAGES, {"name": "Acme", "timeZone": "Asia/Tokyo"}), 201)
    assert data(ada.get(f"{PAGES}/{made['id']}"))["timeZone"] == "Asia/Tokyo"


def test_page_is_as_told_when_its_settings_change(actors):
    page = actors.owner().page("Acme", is_public=False)
    changed = data(page.owner.patch(page.path, {"name": " Acme 2 ", "isPublic": True}))
    assert changed == {"id": page.id, "name": "Acme 2", "isPublic": True}
    assert data(page.owner.patch(page.path, {"name": "Acme 3", "isPublic": None}))["id"] == page.id
    shown = data(page.owner.get(page.path))
    assert (shown["name"], shown["isPublic"]) == ("Acme 3", True)
    assert actors.visitor(page).json()["page"]["name"] == "Acme 3"
    page.owner.patch(page.path, {"isPublic": False})
    assert actors.visitor(page).get("/").status_code == 404


def test_place_and_host_are_free_when_a_page_is_deleted(actors, system):
    page = actors.page("API")
    mon = actors.monitor(page)
    assert data(page.owner.delete(page.path)) == {"id": page.id}
    # then nothing of it is left
    assert actors.visitor(page).get("/").status_code == 404
    assert refusal(mon.open(), 401) == "BAD_KEY"
    assert refusal(page.owner.get(page.path), 404) == "NOT_FOUND"
    assert refusal(page.owner.patch(page.path, {"name": "x"}), 404) == "NOT_FOUND"
    assert refusal(page.owner.delete(page.path), 404) == "NOT_FOUND"
    assert data(page.owner.get(PAGES))["pages"] == []
    # and another may have the host, once it is kept for its owner no more
    Behind(system).free_host(page.host)
    subdomain = page.host.partition(".")[0]
    bos = data(actors.owner("bo").post(PAGES, {"name": "Bo", "subdomain": subdomain}), 201)
    assert bos["host"] == page.host
    assert data(page.owner.post(PAGES, {"name": "Again"}), 201)


def test_subdomain_is_refused_when_it_is_taken_or_reserved(actors):
    page = actors.page()
    subdomain = page.host.partition(".")[0].upper()
    for name in (subdomain, "www", "API"):
        answer = actors.owner("bo").post(PAGES, {"name": "x", "subdomain": name})
        assert refusal(answer, 409) == "CONFLICT"
        assert list(answer.json()["fields"]) == ["subdomain"]


def test_second_page_has_no_place_until_the_account_is_prime(actors):
    ada = actors.owner()
    first = ada.page("First")
    subdomain = unique("page")
    assert refusal(ada.post(PAGES, {"name": "x", "subdomain": subdomain}), 403) == "NO_FREE_SLOT"
    make_prime(actors.system, ada)
    second = data(ada.post(PAGES, {"name": "Second", "subdomain": subdomain}), 201)
    assert refusal(ada.post(PAGES, {"name": "Third"}), 403) == "NO_FREE_SLOT"
    listed = data(ada.get(PAGES))
    assert (listed["tier"], [page["id"] for page in listed["pages"]]) == (
        "prime", [first.id, second["id"]],
    )  # fmt: skip


def test_youngest_page_is_dark_when_prime_has_ended(actors):
    # given two public pages under Prime
    ada = actors.owner()
    make_prime(actors.system, ada)
    pages = [ada.page("First"), ada.page("Second")]
    # when Prime ends
    assert hepstatus(actors.system, "tier", "set", ada.email, "free").returncode == 0
    # then the oldest stays, the other is dark, and its keys go on working
    assert [actors.visitor(page).get("/status.json").status_code for page in pages] == [200, 404]
    assert data(ada.get(pages[0].path))["expiresAt"] is None
    assert data(ada.get(pages[1].path))["expiresAt"].endswith("Z")
    assert actors.monitor(pages[1]).open().status_code == 201
    # and it is back as it was when Prime is
    make_prime(actors.system, ada)
    assert len(actors.visitor(pages[1]).json()["incidents"]) == 1


# Components


def test_sixth_leaf_is_refused_until_the_account_is_prime(actors):
    page = actors.page("1", "2", "3", "4", "5")
    page.leaf("Only leaves count", kind="category")
    answer = page.owner.post(f"{page.path}/components", {"name": "6"})
    assert refusal(answer, 403) == "COMPONENT_LIMIT"
    make_prime(actors.system, page.owner)
    page.leaf("6")
    assert list(actors.visitor(page).statuses()) == ["1", "2", "3", "4", "5", "6"]


def test_fourth_level_is_refused_when_categories_nest(actors):
    page = actors.page()
    parent = None
    for level in ("A", "B", "C"):
        parent = page.leaf(level, kind="category", parent=parent)
    body = {"name": "D", "kind": "category", "parent": parent}
    answer = page.owner.post(f"{page.path}/components", body)
    assert refusal(answer, 400) == "VALIDATION"
    assert list(answer.json()["fields"]) == ["parent"]
    page.leaf("Leaf", parent=parent)
    assert actors.visitor(page).json()["components"][0]["group"] == "A / B / C"


def test_component_stands_where_it_was_put_when_a_position_is_given(actors):
    page = actors.page("A", "B")
    answer = page.owner.post(f"{page.path}/components", {"name": " C ", "position": 0})
    made = data(answer, 201)
    assert made == {"id": made["id"], "name": "C", "kind": "leaf", "parent": None}
    page.leaf("D", position=99, status="outage", description="Last", showUptime=False)
    vi = actors.visitor(page)
    assert vi.statuses() == {
        "C": "operational", "A": "operational", "B": "operational", "D": "outage",
    }  # fmt: skip
    assert "Last" in vi.get("/").text


def test_page_shows_the_worst_leaf_when_a_category_is_pinned(actors):
    page = actors.page()
    page.leaf("API", parent=page.leaf("Pinned", kind="category", status="maintenance"))
    vi = actors.visitor(page)
    assert vi.json()["status"]["indicator"] == "operational"
    assert "Maintenance" in vi.get("/").text


# Keys


def test_secret_is_shown_once_when_a_key_is_made(actors):
    page = actors.page("API")
    made = page.key(" monitor ")
    assert made == {"id": made["id"], "name": "monitor", "key": made["key"]}
    assert made["key"].startswith("hyd_status_")
    listed = data(page.owner.get(f"{page.path}/keys"))
    assert [set(key) for key in listed] == [{"id", "name", "disabled", "createdAt", "lastUsedAt"}]
    assert (listed[0]["id"], listed[0]["disabled"]) == (made["id"], False)
    assert made["key"] not in page.owner.get(f"{page.path}/keys").text


def test_key_opens_nothing_at_once_when_it_is_disabled_rotated_or_deleted(actors):
    page = actors.page("API")
    made = page.key()
    path = f"{page.path}/keys/{made['id']}"
    # The other process never heard of it: nothing is cached.
    mon = actors.caller(web=1, Authorization=f"Bearer {made['key']}")
    read = "/api/v1/status-api/status"
    assert data(page.owner.patch(path, {"name": "x", "disabled": True})) == {
        "id": made["id"], "name": "x", "disabled": True,
    }  # fmt: skip
    assert refusal(mon.get(read), 401) == "KEY_DISABLED"
    page.owner.patch(path, {"disabled": False})
    assert mon.get(read).status_code == 200
    rotated = data(page.owner.post(f"{path}/rotate"))
    assert rotated["key"] != made["key"]
    assert refusal(mon.get(read), 401) == "BAD_KEY"
    mon = actors.caller(web=1, Authorization=f"Bearer {rotated['key']}")
    assert mon.get(read).status_code == 200
    assert data(page.owner.delete(path)) == {"id": made["id"]}
    assert refusal(mon.get(read), 401) == "BAD_KEY"
    assert data(page.owner.get(f"{page.path}/keys")) == []


# Tenants


@pytest.fixture
def of_ada(actors) -> Page:
    return actors.page("API")


def test_nothing_of_ada_is_there_when_bo_asks(actors, of_ada):
    bo, key = actors.owner("bo"), of_ada.key()
    leaf = data(of_ada.owner.get(f"{of_ada.path}/components"))[0]["id"]
    path, one = of_ada.path, f"{of_ada.path}/keys/{key['id']}"
    answers = [
        bo.get(path),
        bo.patch(path, {"name": "Bo's"}),
        bo.delete(path),
        bo.post(f"{path}/components", {"name": "x"}),
        bo.get(f"{path}/components"),
        bo.patch(f"{path}/components/{leaf}", {"name": "Bo's"}),
        bo.delete(f"{path}/components/{leaf}"),
        bo.get(f"{path}/keys"),
        bo.post(f"{path}/keys", {"name": "x"}),
        bo.patch(one, {"disabled": True}),
        bo.delete(one),
        bo.post(f"{one}/rotate"),
    ]
    assert {refusal(answer, 404) for answer in answers} == {"NOT_FOUND"}
    # then a page that is not there looks the same
    nobody = [bo.get(f"{PAGES}/p_nobody"), bo.delete(f"{PAGES}/p_nobody")]
    assert [a.content for a in nobody] == [answers[0].content, answers[2].content]
    # and Ada's is as it was
    assert actors.visitor(of_ada).json()["page"]["name"] == "Acme"
    assert [k["name"] for k in data(of_ada.owner.get(f"{path}/keys"))] == ["monitor"]
    assert data(bo.get(PAGES))["pages"] == []
