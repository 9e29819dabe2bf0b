"""Fifty owners and monitors at once, through both web processes: nothing is lost or overwritten."""

import random

import pytest

from domain.page.limits import CATEGORY_LEVELS
from tests.support.answers import data
from tests.support.faults.breaking import at_once

MANY = 50


@pytest.fixture
def page(actors):
    return actors.page("API", "Web")


@pytest.fixture
def tabs(actors, page):
    """Ada in either web process."""
    cookie = page.owner.http.headers["Cookie"]
    return [actors.caller(web=web, Cookie=cookie) for web in (0, 1)]


def listed(page):
    """Every incident, page by page of the list."""
    found, cursor = [], ""
    while cursor is not None:
        told = data(page.owner.get(f"{page.path}/incidents?limit=20{cursor}"))
        found += told["items"]
        cursor = told["nextCursor"] and f"&cursor={told['nextCursor']}"
    return found


def settled(page):
    """Wait for all that was sent before: this is the last command of the stream."""
    assert data(page.owner.patch(page.path, {"description": "Settled"}))


def test_all_incidents_exist_when_fifty_are_opened_at_once(actors, page, tabs):
    # given owners and monitors of both processes, each with a trouble of its own
    monitors = [actors.monitor(page, web=web) for web in (0, 1)]

    def opens(number):
        body = {
            "title": f"Trouble {number}",
            "body": "Words.",
            "components": [{"component": "API", "status": "outage" if number == 7 else "degraded"}],
        }
        who = number % 4
        path = "/api/v1/status-api/incidents" if who > 1 else f"{page.path}/incidents"
        return [*tabs, *monitors][who].post(path, body)

    # when they tell all of them at once
    answers = at_once(MANY, opens)
    assert {answer.status_code for answer in answers} <= {201, 202}
    settled(page)
    # then each is there once, under the id that was told, and visitors see them all
    ids = {f"Trouble {n}": answer.json()["data"]["id"] for n, answer in enumerate(answers)}
    assert len(set(ids.values())) == MANY
    found = listed(page)
    assert len(found) == MANY
    assert {case["title"]: case["id"] for case in found} == ids
    shown = actors.visitor(page).json()
    assert {case["id"] for case in shown["incidents"]} == set(ids.values())
    # and when all but the worst are over, the worst is what shows
    over = [id_ for title, id_ in ids.items() if title != "Trouble 7"]
    at_once(len(over), lambda n: monitors[n % 2].update(over[n], "resolved"))
    settled(page)
    assert actors.visitor(page).statuses() == {"API": "outage", "Web": "operational"}
    assert [case["title"] for case in listed(page) if case["components"]] == ["Trouble 7"]


def test_no_tab_overwrites_another_silently_when_tabs_of_both_processes_save_at_once(page, tabs):
    for attempt in range(3):
        etag = data(tabs[attempt % 2].get(page.path))["etag"]
        headers = {"If-Match": f'"{etag}"'}

        def save(number, attempt=attempt, headers=headers):
            body = {"description": f"{attempt}, tab {number}"}
            return tabs[number % 2].patch(page.path, body, headers=headers)

        answers = at_once(12, save)
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 11
        for answer in answers:
            if answer.status_code == 409:
                told = answer.json()
                assert (told["ok"], told["code"]) == (False, "CONFLICT")
                assert "changed in the meantime" in told["error"]
        winner = next(answer for answer in answers if answer.status_code == 200)
        shown = data(page.owner.get(page.path))
        assert shown["description"] == data(winner)["description"]
        assert shown["etag"] != etag


def test_no_leaf_is_lost_when_fifty_moves_and_deletions_of_categories_come_at_once(page, tabs):
    # given categories within categories that hold leaves
    groups = [page.leaf("C0", kind="category")]
    for number in range(1, 6):
        parent = groups[number - 1] if number % 3 else None
        groups.append(page.leaf(f"C{number}", kind="category", parent=parent))
    for number, group in enumerate(groups[1:4]):
        page.leaf(f"Leaf {number}", parent=group)
    path, dice = f"{page.path}/components", random.Random(11)
    before = data(page.owner.get(path))
    leaves = {node["id"] for node in before if node["kind"] == "leaf"}
    everything, doomed = [node["id"] for node in before], groups[:2]

    def act(number):
        """Every eighth deletes one of the outermost categories; the others move anything."""
        tab = tabs[number % 2]
        if number % 8 == 0:
            return tab.delete(f"{path}/{doomed[number // 8 % 2]}")
        return tab.patch(f"{path}/{chosen[number][0]}", chosen[number][1])

    chosen = [
        (
            dice.choice(everything),
            {"parent": dice.choice([None, *groups]), "position": dice.randint(0, 4)},
        )
        for _ in range(MANY)
    ]
    # when they come at once
    answers = at_once(MANY, act)
    # then each was done, or refused for what it would have broken or what was gone by then
    assert {answer.status_code for answer in answers} <= {200, 202, 400, 404}
    settled(page)
    nodes = data(page.owner.get(path))
    assert {node["id"] for node in nodes if node["kind"] == "leaf"} == leaves
    assert {node["id"] for node in nodes} == set(everything) - set(doomed)
    is_valid(nodes)


def is_valid(nodes):
    """Told depth first: a parent comes before what it holds, and nothing is out of place."""
    levels = {None: 0}
    for node in nodes:
        is_category = node["kind"] == "category"
        assert levels[node["parent"]] + is_category <= CATEGORY_LEVELS
        if is_category:
            levels[node["id"]] = levels[node["parent"]] + 1
    for parent in levels:
        positions = [node["position"] for node in nodes if node["parent"] == parent]
        assert positions == list(range(len(positions)))
