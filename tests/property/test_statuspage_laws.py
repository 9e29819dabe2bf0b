"""Laws of Statuspage v2 JSON: whatever a page holds, a strict reader can read it.

Source: docs/behaviour.md, "Statuspage v2 JSON".
"""

import json
from datetime import date
from types import SimpleNamespace

import msgspec
from hypothesis import given

from domain.page import tree
from domain.status import IncidentKind
from tests.property.strategies import instants, pages
from tests.support.statuspage import DOCUMENTS, INCIDENTS, PLANS, check
from workers.render.eager import build_render_context
from workers.render.formats import statuspage
from workers.render.formats.statuspage_components import STATUSES, build_components
from workers.render.formats.statuspage_incidents import IncidentContext

TODAY = date(2026, 3, 25)
FROM_ARCHIVE = {"incidents": INCIDENTS, "scheduled-maintenances": PLANS}


def document(context, name):
    """A document without the reads of the archive: it lists what the page holds."""
    if name not in FROM_ARCHIVE:
        return json.loads(statuspage.render_v2(SimpleNamespace(), context, f"v2/{name}.json"))
    components = build_components(context.page)
    incidents = IncidentContext(context.page, statuspage.url_of(context), components)
    inputs = statuspage.DocumentInputs(SimpleNamespace(), context, incidents)
    is_plan = FROM_ARCHIVE[name] == PLANS
    chosen = [
        one
        for one in context.page.incidents.values()
        if (one.kind is IncidentKind.MAINTENANCE) is is_plan
    ]
    content = statuspage.build_page(context)
    content[FROM_ARCHIVE[name]] = statuspage.build_list(inputs, chosen)
    statuspage.fit_messages(content)
    return json.loads(msgspec.json.encode(content))


def assert_clients_of_statuspage_are_told(page, today):
    """Of a page that commands have made: the newest update has the state of its incident."""
    context = build_render_context(page, today)
    for name in DOCUMENTS:
        content = document(context, name)
        check(name, content)
        for one in (*content.get(INCIDENTS, ()), *content.get(PLANS, ())):
            newest = one["incident_updates"][0]
            assert newest["status"] == one["status"], one
            update = page.incidents[one["id"]].newest_update
            told = {update["id"] for update in one["incident_updates"]}
            assert update is None or len(told) == 20 or update.id in told


@given(pages(instants(70, 84)))
def test_every_document_is_as_strict_readers_want_it(page):
    # given any page
    context = build_render_context(page, TODAY)
    # when its documents are rendered
    documents = {name: document(context, name) for name in DOCUMENTS}
    # then a strict reader can read each of them
    for name, content in documents.items():
        check(name, content)
    # and they say of the same thing what status.json says
    summary = documents["summary"]
    assert summary["components"] == documents["components"]["components"]
    shown = {one["id"]: one["status"] for one in summary["components"] if not one["group"]}
    assert shown == {leaf.id: STATUSES[leaf.status] for leaf in context.view.leaves}
    assert list(shown) == [leaf.id for leaf in tree.leaves(page.components)]
    assert [one["id"] for one in summary[PLANS]] == [one.id for one in context.view.maintenances]
    assert {one["id"] for one in summary[INCIDENTS]} == {one.id for one in context.view.active}
