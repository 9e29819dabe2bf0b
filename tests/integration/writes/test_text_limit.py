"""A page that holds as much text as it can: what adds some is refused, the rest goes on."""

import psycopg
import pytest

from domain.page.limits import INCIDENT_TEXT_BYTES, TEMPLATE_TEXT_BYTES, TREE_TEXT_BYTES
from tests.support.answers import data

LONG = "m" * 10_000
DOWN = [{"component": "API", "status": "outage"}]


@pytest.fixture
def page(actors):
    return actors.page("API")


@pytest.fixture
def full(actors, page):
    """The path of an incident that holds all but 100 bytes of what there is room for."""
    path = f"{page.path}/incidents"
    made = data(page.owner.post(path, {"title": "Down", "body": LONG}), 201)["id"]
    said = (INCIDENT_TEXT_BYTES - 100) // len(LONG) - 1
    with psycopg.connect(actors.system.urls.database_url) as conn:
        conn.execute(
            "INSERT INTO updates (id, page_id, incident_id, position, state, body, occurred_at,"
            " posted_at, components) SELECT 'u_' || md5(%(iid)s || n), page_id, incident_id, n,"
            " state, rpad('', %(long)s, 'm'), occurred_at, posted_at, components"
            " FROM updates, generate_series(1, %(said)s) AS n WHERE incident_id = %(iid)s",
            {"iid": made, "said": said, "long": len(LONG)},
        )
        rest = INCIDENT_TEXT_BYTES - 100 - (said + 1) * len(LONG) - len("Down")
        conn.execute(
            "UPDATE incidents SET title = rpad('Down', %s, '.') WHERE id = %s", (rest + 4, made)
        )
    return f"{path}/{made}"


def refused(answer, field):
    told = answer.json()
    assert (answer.status_code, told["code"]) == (403, "TEXT_LIMIT"), answer.text
    assert told["fields"] == {field: told["error"]}
    return True


def test_text_is_refused_and_all_else_goes_on_when_incidents_are_full(actors, page, full):
    # Given a page that has room for a hundred bytes more
    owner, mon = page.owner, actors.monitor(page)
    small = data(owner.post(f"{page.path}/incidents", {"title": "Small", "body": "Hm."}), 201)
    path = f"{page.path}/incidents/{small['id']}"
    first = data(owner.get(path))["updates"][0]["id"]
    more = {"state": "identified", "body": "x" * 101}

    # Then nobody adds more than that, and a preview says so
    assert refused(owner.post(f"{page.path}/incidents", {"title": "x" * 101}), "title")
    assert refused(mon.open("Down again", body="x" * 100), "body")
    assert refused(owner.post(f"{path}/updates", more), "body")
    assert refused(mon.update(small["id"], **more), "body")
    assert refused(owner.patch(f"{path}/updates/{first}", {"body": "x" * 101}), "body")
    assert refused(owner.patch(path, {"title": "x" * 150}), "title")
    assert refused(page.preview("incidents", {"title": "x" * 101}), "title")
    assert refused(page.preview(f"incidents/{small['id']}/updates", more), "body")

    # But what has no text goes on, shortening and resolving too
    data(owner.post(f"{path}/updates", {"state": "monitoring", "components": DOWN}), 201)
    data(owner.patch(f"{path}/updates/{first}", {"body": "H."}), 200)
    refused(owner.post(f"{path}/updates", {"state": "resolved", "body": "x" * 1_001}), "body")
    data(owner.post(f"{path}/updates", {"state": "resolved", "body": "x" * 1_000}), 201)
    assert refused(owner.post(f"{path}/updates", {"state": "investigating"}), "state")

    # And deleting makes room
    data(owner.delete(full), 200)
    data(owner.post(f"{path}/updates", more), 201)
    assert "x" * 101 in actors.visitor(page).get("/").text


def test_text_is_refused_when_a_tree_or_templates_are_full(actors, page):
    owner, nodes = page.owner, f"{page.path}/components"
    leaf = data(owner.post(nodes, {"name": "Web"}), 201)["id"]
    with psycopg.connect(actors.system.urls.database_url) as conn:
        conn.execute(
            "INSERT INTO components (id, page_id, kind, position, name, description, created_at)"
            " SELECT 'c_' || md5(id || n), page_id, 'category', n + 9, 'Group', rpad('', 995, 'd'),"
            " created_at FROM components, generate_series(1, %s) AS n WHERE id = %s",
            (TREE_TEXT_BYTES // 1_000, leaf),
        )
        conn.execute(
            "INSERT INTO templates (id, page_id, title, body, kind, created_at) SELECT"
            " 't_' || md5(id || n), id, 'T', rpad('', 10000, 'b'), 'incident', created_at"
            " FROM pages, generate_series(1, %s) AS n WHERE id = %s",
            (TEMPLATE_TEXT_BYTES // 10_000, page.id),
        )
    assert refused(owner.post(nodes, {"name": "x" * 100, "description": "y" * 50}), "description")
    assert refused(owner.patch(f"{nodes}/{leaf}", {"description": "y" * 150}), "description")
    assert refused(owner.patch(f"{nodes}/{leaf}", {"name": "漢" * 60}), "name")
    data(owner.patch(f"{nodes}/{leaf}", {"status": "outage", "name": "W"}), 200)
    kept = {"title": "T", "body": LONG}
    assert refused(owner.post(f"{page.path}/templates", kept), "body")
    made = data(owner.post(f"{page.path}/templates", {"title": "Small"}), 201)["id"]
    assert refused(owner.patch(f"{page.path}/templates/{made}", {"body": LONG}), "body")
