"""Statuspage v2 JSON as strict readers want it: a schema of each document, and where it is."""

from datetime import datetime
from urllib.parse import urlsplit

import jsonschema_rs

INCIDENTS, PLANS = "incidents", "scheduled_maintenances"
DOCUMENTS = {
    "summary": ("components", INCIDENTS, PLANS, "status"),
    "status": ("status",),
    "components": ("components",),
    "incidents": (INCIDENTS,),
    "incidents/unresolved": (INCIDENTS,),
    "scheduled-maintenances": (PLANS,),
    "scheduled-maintenances/upcoming": (PLANS,),
    "scheduled-maintenances/active": (PLANS,),
}
TEXT, FLAG = {"type": "string"}, {"type": "boolean"}
NAME = {"type": "string", "minLength": 1}
TIME = {"type": "string", "format": "instant", "pattern": r"T\d\d:\d\d:\d\d\.\d{3}Z$"}
URL = {"type": "string", "format": "address"}
COMPONENT_STATUS = {
    "enum": [
        "operational",
        "degraded_performance",
        "partial_outage",
        "major_outage",
        "under_maintenance",
    ]
}


def optional(schema):
    return {"anyOf": [schema, {"type": "null"}]}


def exact(**properties):
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def array(schema, **more):
    return {"type": "array", "items": schema, **more}


NODE = {
    "id": NAME, "name": NAME, "status": COMPONENT_STATUS, "created_at": TIME, "updated_at": TIME,
    "position": {"type": "integer", "minimum": 1}, "description": optional(TEXT),
    "showcase": FLAG, "start_date": optional({"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}),
    "group_id": optional(NAME), "page_id": NAME, "only_show_if_degraded": FLAG,
}  # fmt: skip
LEAF = exact(**NODE, group={"const": False})
GROUP = exact(
    **NODE | {"group_id": {"type": "null"}}, group={"const": True}, components=array(NAME)
)
AFFECTED = exact(code=NAME, name=NAME, old_status=COMPONENT_STATUS, new_status=COMPONENT_STATUS)


def incident(statuses, impacts, **more):
    update = exact(
        id=NAME, status={"enum": statuses}, body=TEXT, incident_id=NAME, created_at=TIME,
        updated_at=TIME, display_at=TIME, deliver_notifications=FLAG,
        affected_components=optional(array(AFFECTED, minItems=1)),
        custom_tweet={"type": "null"}, tweet_id={"type": "null"},
    )  # fmt: skip
    return exact(
        id=NAME, name=NAME, status={"enum": statuses}, created_at=TIME, updated_at=TIME,
        monitoring_at=optional(TIME), resolved_at=optional(TIME), impact={"enum": impacts},
        shortlink=URL, started_at=TIME, page_id=NAME, components=array(LEAF),
        incident_updates=array(update, minItems=1, maxItems=20), **more,
    )  # fmt: skip


PARTS = {
    "page": exact(id=NAME, name=NAME, url=URL, time_zone=NAME, updated_at=TIME),
    "status": exact(
        indicator={"enum": ["none", "minor", "major", "critical", "maintenance"]}, description=NAME
    ),
    "components": array({"anyOf": [LEAF, GROUP]}),
    INCIDENTS: array(
        incident(
            ["investigating", "identified", "monitoring", "resolved"],
            ["none", "minor", "major", "critical"],
        ),
        maxItems=50,
    ),
    PLANS: array(
        incident(
            ["scheduled", "in_progress", "verifying", "completed"],
            ["maintenance"],
            scheduled_for=TIME,
            scheduled_until=TIME,
        ),
        maxItems=50,
    ),
}


def is_instant(text):
    return datetime.fromisoformat(text).tzinfo is not None


def is_address(text):
    address = urlsplit(text)
    return address.scheme in {"http", "https"} and bool(address.hostname)


VALIDATORS = {
    name: jsonschema_rs.Draft202012Validator(
        exact(**{part: PARTS[part] for part in ("page", *parts)}),
        validate_formats=True,
        formats={"instant": is_instant, "address": is_address},
    )
    for name, parts in DOCUMENTS.items()
}


def check(name, document):
    """Raise unless a document is as a strict reader of Statuspage wants it."""
    VALIDATORS[name].validate(document)
    components = document.get("components", [])
    places = {}
    for component in components:
        siblings = places.setdefault(component["group_id"], [])
        siblings.append(component["id"])
        assert component["position"] == len(siblings), "positions count within the parent"
    for group in (one for one in components if one["group"]):
        assert group["components"] == places.get(group["id"], []), "a group knows its children"
    assert set(places) <= {None, *(one["id"] for one in components if one["group"])}
    whole = {one["id"]: one for one in components}
    for entry in (*document.get(INCIDENTS, ()), *document.get(PLANS, ())):
        assert all(whole.get(one["id"], one) == one for one in entry["components"])
        shown = [update["display_at"] for update in entry["incident_updates"]]
        assert shown == sorted(shown, reverse=True), "updates are newest first"
        ids = [update["id"] for update in entry["incident_updates"]]
        assert len(set(ids)) == len(ids), "each update has an id of its own"
