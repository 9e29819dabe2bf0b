"""An owner's component tree over HTTP: read, changed, moved, deleted.

Source: docs/behaviour.md, "Component tree".
"""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.page.limits import CATEGORY_LEVELS
from tests.support.actors import Page
from tests.support.answers import data
from tests.support.answers import refused_fields as refusal


class Tree:
    """Ada's tree: Site [API, Web], Mail."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.path = f"{page.path}/components"
        self.site = page.leaf("Site", kind="category")
        self.api = page.leaf("API", parent=self.site, description="The API")
        self.web = page.leaf("Web", parent=self.site)
        self.mail = page.leaf("Mail")

    def nodes(self):
        return data(self.page.owner.get(self.path))

    def names(self):
        return [node["name"] for node in self.nodes()]

    def node(self, cid):
        return next(node for node in self.nodes() if node["id"] == cid)

    def change(self, cid, **body):
        return self.page.owner.patch(f"{self.path}/{cid}", body)

    def delete(self, cid):
        return self.page.owner.delete(f"{self.path}/{cid}")


@pytest.fixture
def tree(actors) -> Tree:
    return Tree(actors.page())


def test_tree_is_told_depth_first_when_its_owner_asks(tree):
    assert tree.names() == ["Site", "API", "Web", "Mail"]
    assert tree.nodes()[:2] == [
        {
            "id": tree.site, "kind": "category", "parent": None, "position": 0, "name": "Site",
            "description": None, "status": None, "showUptime": True,
        },
        {
            "id": tree.api, "kind": "leaf", "parent": tree.site, "position": 0, "name": "API",
            "description": "The API", "status": "operational", "showUptime": True,
        },
    ]  # fmt: skip


def test_component_is_as_told_when_it_changes(actors, tree):
    changed = data(tree.change(tree.api, name=" Core ", showUptime=False, status="outage"))
    assert changed == {"id": tree.api, "name": "Core", "showUptime": False, "status": "outage"}
    node = tree.node(tree.api)
    assert (node["name"], node["description"], node["status"], node["showUptime"]) == (
        "Core", "The API", "outage", False,
    )  # fmt: skip
    assert actors.visitor(tree.page).statuses()["Core"] == "outage"
    for nothing in (None, "  "):
        tree.change(tree.api, description="x")
        assert data(tree.change(tree.api, description=nothing))["description"] is None
        assert tree.node(tree.api)["description"] is None


def test_category_is_pinned_and_unpinned_when_a_status_is_given(tree):
    assert data(tree.change(tree.site, status="maintenance"))["status"] == "maintenance"
    assert data(tree.change(tree.site, name="Site 2"))["name"] == "Site 2"
    assert tree.node(tree.site)["status"] == "maintenance"
    assert data(tree.change(tree.site, status=None)) == {"id": tree.site, "status": None}
    assert tree.node(tree.site)["status"] is None
    assert refusal(tree.change(tree.api, status=None), 400) == ("VALIDATION", ["status"])


def test_component_moves_when_it_gets_another_place(actors, tree):
    assert data(tree.change(tree.web, position=0)) == {"id": tree.web, "position": 0}
    assert tree.names() == ["Site", "Web", "API", "Mail"]
    assert data(tree.change(tree.api, parent=None)) == {"id": tree.api, "parent": None}
    assert tree.names() == ["Site", "Web", "Mail", "API"]
    tree.change(tree.api, name="Root")  # absent: it stays
    assert tree.node(tree.api)["parent"] is None
    data(tree.change(tree.mail, parent=tree.site, position=0))
    assert tree.names() == ["Site", "Mail", "Web", "Root"]
    shown = actors.visitor(tree.page).json()["components"]
    assert [(leaf["name"], leaf["group"]) for leaf in shown] == [
        ("Mail", "Site"), ("Web", "Site"), ("Root", None),
    ]  # fmt: skip


def test_children_take_its_place_when_a_category_is_deleted(tree):
    assert data(tree.delete(tree.site)) == {"id": tree.site}
    assert [(n["name"], n["parent"], n["position"]) for n in tree.nodes()] == [
        ("API", None, 0), ("Web", None, 1), ("Mail", None, 2),
    ]  # fmt: skip
    assert refusal(tree.delete(tree.site), 404)[0] == "NOT_FOUND"


def test_incident_goes_on_without_a_leaf_when_that_is_deleted(actors, tree):
    mon, vi = actors.monitor(tree.page), actors.visitor(tree.page)
    given = [{"component": name, "status": "outage"} for name in ("API", "Web")]
    opened = data(mon.open(body="We look.", components=given), 201)["id"]
    data(tree.delete(tree.api))
    assert vi.statuses() == {"Web": "outage", "Mail": "operational"}
    assert "We look." in vi.get(f"/incidents/{opened}").text
    # then a leaf of the same name is another one, and resolving frees the rest
    tree.page.leaf("API")
    data(mon.update(opened, "resolved"), 201)
    assert set(vi.statuses().values()) == {"operational"}


def test_free_page_has_room_again_when_a_leaf_is_deleted(tree):
    tree.page.leaf("4"), tree.page.leaf("5")
    assert tree.page.owner.post(tree.path, {"name": "6"}).status_code == 403
    data(tree.delete(tree.mail))
    tree.page.leaf("6")


def test_tree_is_valid_when_fifty_moves_come_at_once(actors, tree):
    # given six categories and four leaves, moved about from everywhere
    inner = [tree.page.leaf(f"C{n}", kind="category") for n in range(5)]
    tree.page.leaf("Last", parent=inner[0])
    ids, dice = [node["id"] for node in tree.nodes()], random.Random(4)
    parents = [None, tree.site, *inner]
    moves = [(dice.choice(ids), dice.choice(parents), dice.randint(0, 5)) for _ in range(50)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda m: tree.change(m[0], parent=m[1], position=m[2]), moves))
    # then each was done, or refused for what it would have broken
    assert {answer.status_code for answer in answers} <= {200, 202, 400}
    assert sum(answer.status_code != 400 for answer in answers) >= 10
    assert all(refusal(a, 400)[1] == ["parent"] for a in answers if a.status_code == 400)
    data(tree.change(tree.api, name="API"))  # the last in the stream: all before it is applied
    nodes = tree.nodes()
    assert sorted(node["id"] for node in nodes) == sorted(ids)
    levels = {None: 0}
    for node in nodes:
        assert levels[node["parent"]] <= CATEGORY_LEVELS - (node["kind"] == "category")
        if node["kind"] == "category":
            levels[node["id"]] = levels[node["parent"]] + 1
    for parent in levels:
        positions = [node["position"] for node in nodes if node["parent"] == parent]
        assert positions == list(range(len(positions)))


def test_nobody_else_gets_in_when_a_tree_is_asked_for(actors, tree):
    nobody, one = actors.caller(), f"{tree.path}/{tree.api}"
    answers = nobody.get(tree.path), nobody.patch(one, {"name": "x"}), nobody.delete(one)
    assert {refusal(answer, 401)[0] for answer in answers} == {"NO_SESSION"}
    bo = actors.owner("bo")
    answers = bo.get(tree.path), bo.patch(one, {"name": "x"}), bo.delete(one)
    assert {refusal(answer, 404)[0] for answer in answers} == {"NOT_FOUND"}
    evil, ada = {"Origin": "https://evil.example"}, tree.page.owner
    answers = ada.patch(one, {"name": "x"}, headers=evil), ada.delete(one, headers=evil)
    assert {refusal(answer, 403)[0] for answer in answers} == {"BAD_ORIGIN"}
    assert refusal(tree.change(tree.api, colour="red"), 400) == ("VALIDATION", ["colour"])
    assert tree.names() == ["Site", "API", "Web", "Mail"]
