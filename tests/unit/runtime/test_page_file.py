"""The file of a page that another program wrote: times with offsets, few fields, untidy texts."""

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime

import pytest

from domain.page import state
from domain.page.state import Page
from domain.page.uptime.shown import Shown
from domain.runtime.page_file import document as parts
from domain.runtime.page_file.check import check_document
from domain.runtime.page_file.document import decode_document, encode_document
from domain.runtime.page_file.own_ids import Ids
from domain.runtime.page_file.plan import plan_import
from domain.status import Status

NONE_KNOWN = Ids({}, {}, {})
FOREIGN = {
    "page": {"name": " Acme ", "timeZone": "Europe/Berlin"},
    "components": [{"id": "7", "name": "API\n ", "createdAt": "2026-01-01T02:00:00+02:00"}],
    "incidents": [
        {
            "id": "kp-1", "title": " Down\n", "impact": "critical", "state": "resolved",
            "startedAt": "2026-11-20T10:00:00Z", "postedAt": "2026-11-20T10:00:00Z",
            "updatedAt": "2026-11-20T11:00:00Z", "resolvedAt": "2026-11-20T11:00:00Z",
            "updates": [
                {
                    "state": "investigating", "occurredAt": "2026-11-20T10:00:00Z",
                    "components": [{"component": "7", "status": "outage"}],
                },
                {
                    "state": "resolved", "occurredAt": "2026-11-20T11:00:00Z",
                    "postedAt": "2026-11-20T11:00:00Z", "body": " Done. ",
                },
            ],
        }
    ],
    "shown": [
        {
            "component": "7", "status": "outage",
            "from": "2026-11-20T22:30:00Z", "until": "2026-11-20T23:30:00Z",
        }
    ],
}  # fmt: skip


def plan_of(document, page=None):
    page = page or Page("p_1", created_at=datetime.now(UTC), changed_at=datetime.now(UTC))
    return plan_import(page, None, document, NONE_KNOWN, date(2026, 11, 23))


def test_foreign_file_is_read_as_its_author_means_it_when_it_has_few_fields():
    document = decode_document(json.dumps(FOREIGN).encode())
    check_document(document)
    head, incidents, rows = plan_of(document).commands
    # texts are trimmed, times are in UTC, and a leaf is operational
    assert head.settings.name == "Acme"
    leaf = head.components[0]
    assert (leaf.name, leaf.status) == ("API", Status.OPERATIONAL)
    assert leaf.created_at.isoformat() == "2026-01-01T00:00:00+00:00"
    # an entry without a message is no update, and claims follow from the timeline
    incident = incidents.incidents[0]
    assert incident.title == "Down"
    assert [update.body for update in incident.updates] == ["Done."]
    assert [entry.place for entry in incident.bare_entries] == [0]
    claim = incident.claims[0]
    assert (claim.component_id, claim.status) == (leaf.id, Status.OUTAGE)
    assert (claim.from_at, claim.until_at) == (incident.started_at, incident.resolved_at)
    # what was shown is cut where days begin in the zone of the file
    assert [*rows.shown_rows[leaf.id]] == [date(2026, 11, 20), date(2026, 11, 21)]


def test_same_ids_are_made_when_a_file_is_imported_again():
    document = decode_document(json.dumps(FOREIGN).encode())
    page = Page("p_1", created_at=datetime.now(UTC), changed_at=datetime.now(UTC))
    assert plan_of(document, page) == plan_of(document, page)
    assert encode_document(decode_document(encode_document(document))) == encode_document(document)


# Fields under other names in the file, and those that follow from it.
IDS = {"id", "external_id", "component_id", "parent_id"}
IN_OTHER_FORM = IDS | {"position", "leaves", "bare_entries", "place", "_text_bytes"}


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (state.Appearance, parts.PageSettings),
        (state.Component, parts.ComponentPart),
        (state.Incident, parts.IncidentPart),
        (state.Update, parts.UpdatePart),
        (state.BareEntry, parts.UpdatePart),
        (state.Claim, parts.ClaimPart),
        (state.Template, parts.TemplatePart),
        (Shown, parts.ShownPart),
    ],
)
def test_every_field_of_a_page_is_in_its_file(kind, part):
    names = {field.name for field in fields(kind)} if is_dataclass(kind) else {*kind._fields}
    assert names - IN_OTHER_FORM <= {*part.__struct_fields__}
